namespace Denywatch.Web.Features.Windows;

internal static class WindowsSetup
{
    public static void AddWindows(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<WindowActions>();
        builder.Services.AddSingleton<WindowQueries>();
        builder.Services.AddSingleton<WindowWatch>();
        builder.Services.AddSingleton<WindowProposal>();
    }
}
