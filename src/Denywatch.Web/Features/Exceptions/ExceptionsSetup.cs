namespace Denywatch.Web.Features.Exceptions;

internal static class ExceptionsSetup
{
    public static void AddExceptions(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ExceptionPreview>();
        builder.Services.AddSingleton<ExceptionLedger>();
        builder.Services.AddSingleton<ExceptionActions>();
        builder.Services.AddSingleton<ExceptionQueries>();
        builder.Services.AddSingleton<ExceptionRequests>();
        builder.Services.AddSingleton<ExceptionSuggestions>();
        builder.Services.AddTransient<UnusedExceptionsTask>();
    }
}
