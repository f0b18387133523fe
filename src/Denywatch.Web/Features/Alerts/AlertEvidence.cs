using System.Text.Json;
using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Web.Features.Exceptions;

namespace Denywatch.Web.Features.Alerts;

/// <summary>What an alert was raised on, frozen with it as JSON.</summary>
/// <param name="Ended">The exception that took this traffic away until it ended; null where there was none.</param>
/// <param name="Carriers">Who carried the excess when it was raised: another series folds in only if they carry it too.</param>
public sealed record AlertEvidence(
    Excess Excess,
    CauseFinding Finding,
    SeverityFinding? Severity = null,
    Carriers? Carriers = null,
    EndedException? Ended = null
)
{
    /// <summary>The form for an exception from the alert, filled in; null where nothing narrow explains its excess.</summary>
    public string? ExceptionUrl(long alertId) =>
        NarrowestScope.Of(Excess) is { } scope ? ExceptionView.Of(scope, alertId).ToUrl() : null;

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    /// <summary>Null where the JSON is not what we write: the page then shows the rest.</summary>
    public static AlertEvidence? Read(string json)
    {
        try
        {
            return
                JsonSerializer.Deserialize<AlertEvidence>(json, JsonSerializerOptions.Web)
                    is { Excess.Dimensions: not null, Finding.Checklist: not null } evidence
                ? evidence
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
