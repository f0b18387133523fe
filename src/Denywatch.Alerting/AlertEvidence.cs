using System.Text.Json;

namespace Denywatch.Alerting;

/// <summary>What an alert keeps for ever beside its sentence: who, what, and why so severe.</summary>
public sealed record AlertEvidence(Excess Excess, CauseFinding Cause, SeverityFinding Severity)
{
    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static AlertEvidence? FromJson(string json) =>
        JsonSerializer.Deserialize<AlertEvidence>(json, JsonSerializerOptions.Web);
}
