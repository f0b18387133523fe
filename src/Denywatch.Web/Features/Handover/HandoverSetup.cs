namespace Denywatch.Web.Features.Handover;

/// <summary>From one shift to the next.</summary>
public static class HandoverSetup
{
    public static void AddHandover(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<HandoverQueries>().AddSingleton<HandoverActions>();
}
