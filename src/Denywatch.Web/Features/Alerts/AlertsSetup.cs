using System.Text.Json.Serialization;

namespace Denywatch.Web.Features.Alerts;

public static class AlertsSetup
{
    public static void AddAlerts(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<AlertActions>();
        builder.Services.AddSingleton<AlertQueries>();
        builder.Services.AddSingleton<SavedViews>();
        builder.Services.AddTransient<EvidencePacks>();
        builder.Services.AddTransient<ReturnTask>();
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.Converters.Add(new JsonStringEnumConverter());
            // A body that lacks what it needs is refused before anybody reads it.
            options.SerializerOptions.RespectRequiredConstructorParameters = true;
            options.SerializerOptions.RespectNullableAnnotations = true;
        });
    }
}
