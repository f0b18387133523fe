namespace Denywatch.Web.Features.Pivots;

public static class PivotsSetup
{
    public static void AddPivots(this WebApplicationBuilder builder) => builder.Services.AddSingleton<PivotActions>();
}
