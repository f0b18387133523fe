namespace Denywatch.Web.Features.Exceptions;

internal static class ExceptionsSetup
{
    public static void AddExceptions(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<ExceptionPreview>();
        builder.Services.AddSingleton<ExceptionLedger>();
        builder.Services.AddSingleton<ExceptionActions>();
        builder.Services.AddSingleton<ExceptionQueries>();
    }
}
