using Denywatch.Alerting;
using Denywatch.Storage;
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
    public async Task<Finding> OfAsync(
        ScoredSeries series,
        DateTimeOffset bucket,
        DateTimeOffset episodeStart,
        CancellationToken ct
    )
    {
        var now = await flows.BetweenAsync(bucket, bucket + series.BucketSpan, series.FirewallId, ct);
        var usual = await flows.ComparableAsync(bucket, series.BucketSpan, episodeStart, series.FirewallId, ct);
        var excess = Attribution.Of(now, usual, bucketsInCurrent: 1);
        return new(now, excess, Causes.Of(excess));
    }
}
