namespace Denywatch.Web.Features.Assets;

internal static class AssetsSetup
{
    public static void AddAssets(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<AssetActions>().AddSingleton<AssetQueries>();
}
