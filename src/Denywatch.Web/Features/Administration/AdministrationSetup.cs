namespace Denywatch.Web.Features.Administration;

/// <summary>The pages under Settings: users, tokens, audit trail, about. (A namespace Settings would hide the class.)</summary>
public static class AdministrationSetup
{
    public static void AddAdministration(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<TokenActions>();
        builder.Services.AddSingleton<AdministrationQueries>();
        builder.Services.AddSingleton<AuditQueries>();
    }
}
