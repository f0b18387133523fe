using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;

namespace Denywatch.Web.Features.Scoring;

/// <summary>What a bucket's excess is made of.</summary>
/// <param name="Flows">The bucket's flows, heaviest first.</param>
public sealed record Finding(IReadOnlyList<FlowRow> Flows, Excess Excess, CauseFinding Cause)
{
    /// <summary>What is to say of it where it is not that so many denies are too many; null where it is.</summary>
    public Story? Story { get; init; }

    /// <summary>Title and sentence of an alert.</summary>
    /// <param name="actual">What was counted in the bucket.</param>
    /// <param name="typical">What the model expected in it.</param>
    public (string Title, string Sentence) Told(double actual, double typical) =>
        Story is { } story
            ? (story.Title(actual, typical), story.Sentence(this, actual, typical))
            : (Sentences.Title(Excess, Cause), Sentences.Summary(Excess, Cause, typical));

    public AlertEvidence EvidenceFor(Severity ruleSeverity) =>
        new(
            Excess,
            Cause,
            Severities.Of(ruleSeverity, Excess, Cause, MainRoles.Of(Excess, Flows)),
            Carriers.Of(Excess)
        );
}

/// <summary>Reads a bucket's flows and those of its comparable buckets, and asks the pure code what they say.</summary>
public sealed class Findings(FlowReading flows, Stories stories)
{
    /// <summary>A change shows in the denies at once, or when the next client comes by.</summary>
    private static readonly TimeSpan ChangesBefore = TimeSpan.FromHours(1);

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
        ArgumentNullException.ThrowIfNull(series);
        var which = series.Counted(counted);
        if (series.Counting.Detector.FindsSuspects())
            return await SuspectAsync(series, bucket, which, ct);
        var finding = await OfAsync(bucket, series.BucketSpan, episodeStart, series.FirewallId, ct, which);
        return finding with { Story = await stories.OfAsync(series, bucket, ct) };
    }

    /// <summary>All that a suspect did in the day is excess: it is suspect by how it did it, and not by how often.</summary>
    private async Task<Finding> SuspectAsync(
        ScoredSeries series,
        DateTimeOffset bucket,
        CountedFlows which,
        CancellationToken ct
    )
    {
        var (from, to) = series.WindowOf(bucket);
        var did = await flows.BetweenAsync(from, to, null, ct, which);
        var excess = Attribution.Of(did, [], bucketsInCurrent: 1);
        var suspicion =
            series.Counting.Detector == Detector.Beacon
                ? Suspicion.OfBeacon(excess, did)
                : Suspicion.OfSlowScan(excess, did);
        return new(did, excess, suspicion.Cause)
        {
            Story = new((_, _) => suspicion.Title, (_, _, typical) => suspicion.Sentence(typical)),
        };
    }

    /// <summary>The same of any stretch of time, of one firewall or of all.</summary>
    public async Task<Finding> OfAsync(
        DateTimeOffset start,
        TimeSpan span,
        DateTimeOffset episodeStart,
        int? firewallId,
        CancellationToken ct,
        CountedFlows? counted = null
    )
    {
        var now = await flows.BetweenAsync(start, start + span, firewallId, ct, counted);
        var usual = await flows.ComparableAsync(start, span, episodeStart, firewallId, ct, counted);
        var excess = Attribution.Of(now, usual, bucketsInCurrent: 1);
        var changes = excess.Shape.TopFirewall is { } changed
            ? await flows.ChangesAsync(changed, episodeStart - ChangesBefore, start + span, ct)
            : [];
        return new(now, excess, Causes.Of(excess, changes));
    }
}

/// <summary>How an alert says what was found.</summary>
internal static class AlertTelling
{
    /// <param name="typical">What the model expected in the bucket.</param>
    public static void Tell(this Alert alert, Finding finding, AlertEvidence evidence, double typical)
    {
        (alert.Title, alert.Sentence) = finding.Told(alert.Actual, typical);
        alert.Cause = Causes.Title(finding.Cause.Cause);
        alert.Severity = evidence.Severity!.Severity.ToString().ToLowerInvariant();
        alert.SeverityRank = (int)evidence.Severity!.Severity;
        alert.SeverityReason = evidence.Severity!.Sum;
        alert.Evidence = evidence.ToJson();
    }
}
