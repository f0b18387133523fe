using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;

namespace Denywatch.Web.Features.Scoring;

/// <summary>What a bucket's excess is made of.</summary>
/// <param name="Flows">The bucket's flows, heaviest first.</param>
public sealed record Finding(IReadOnlyList<FlowRow> Flows, Excess Excess, CauseFinding Cause)
{
    public AlertEvidence EvidenceFor(Severity ruleSeverity) =>
        new(Excess, Cause, Severities.Of(ruleSeverity, Excess, Cause), Carriers.Of(Excess));
}

/// <summary>Reads a bucket's flows and those of its comparable buckets, and asks the pure code what they say.</summary>
public sealed class Findings(FlowReading flows)
{
    /// <param name="episodeStart">First bucket of the episode: what came after it is not usual.</param>
    /// <param name="counted">Flows that would count; those that do where null.</param>
    public async Task<Finding> OfAsync(
        ScoredSeries series,
        DateTimeOffset bucket,
        DateTimeOffset episodeStart,
        CancellationToken ct,
        CountedFlows? counted = null
    )
    {
        var (span, firewall) = (series.BucketSpan, series.FirewallId);
        var now = await flows.BetweenAsync(bucket, bucket + span, firewall, ct, counted);
        var usual = await flows.ComparableAsync(bucket, span, episodeStart, firewall, ct, counted);
        var excess = Attribution.Of(now, usual, bucketsInCurrent: 1);
        return new(now, excess, Causes.Of(excess));
    }
}

/// <summary>How an alert says what was found.</summary>
internal static class AlertTelling
{
    /// <param name="typical">What the model expected in the bucket.</param>
    public static void Tell(this Alert alert, Finding finding, AlertEvidence evidence, double typical)
    {
        alert.Title = Sentences.Title(finding.Excess, finding.Cause);
        alert.Sentence = Sentences.Summary(finding.Excess, finding.Cause, typical);
        alert.Cause = Causes.Title(finding.Cause.Cause);
        alert.Severity = evidence.Severity!.Severity.ToString().ToLowerInvariant();
        alert.SeverityRank = (int)evidence.Severity!.Severity;
        alert.SeverityReason = evidence.Severity!.Sum;
        alert.Evidence = evidence.ToJson();
    }
}
