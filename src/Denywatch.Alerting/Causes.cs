namespace Denywatch.Alerting;

/// <summary>
/// Says what an excess most likely is: the cause whose conditions are met best, if they are met well enough and clearly better
/// than the next one's.
/// </summary>
public static class Causes
{
    /// <summary>Below it nobody is helped by a name.</summary>
    private const double LeastConfidence = 0.3;

    /// <summary>As few denies have no shape; the score's own floor is four, too.</summary>
    private const double LeastDenies = 4;

    /// <summary>A cause that fits less is not worth a word.</summary>
    private const double WorthNaming = 0.1;

    private static readonly LikelyCause[] All =
    [
        .. Enum.GetValues<LikelyCause>().Where(cause => cause != LikelyCause.Unclear),
    ];

    /// <param name="changes">Configuration changes of the firewalls in question, between shortly before the episode and now;
    /// null or empty where none is known.</param>
    public static CauseFinding Of(Excess excess, IReadOnlyList<ConfigurationChange>? changes = null)
    {
        ArgumentNullException.ThrowIfNull(excess);
        changes ??= [];
        var conditions = new CauseConditions(excess, changes);
        var ranked = All.Select(cause => new Candidate(cause, conditions.Of(cause)))
            .OrderByDescending(candidate => candidate.Fit)
            .ToList();
        var (best, second) = (ranked[0], ranked[1]);

        // Sure of it as far as it fits, and as far as it fits better than the next.
        var confidence = best.Fit > 0 ? best.Fit * best.Fit / (best.Fit + second.Fit) : 0;
        var isClear = confidence >= LeastConfidence && excess.Shape.Weight >= LeastOf(excess);
        var cause = isClear ? best.Cause : LikelyCause.Unclear;
        var runnerUp = isClear ? second : best;
        return new(
            cause,
            runnerUp.Fit >= WorthNaming ? runnerUp.Cause : null,
            isClear ? Math.Min(confidence, 0.99) : 1 - best.Fit,
            CauseEvidence.Of(cause, excess, changes),
            Playbook.TechniquesOf(cause),
            Playbook.ChecklistOf(cause)
        )
        {
            WhatWouldChange = CauseChanges.Of(excess, isClear ? best : null, runnerUp, changes),
        };
    }

    /// <summary>A cause that was looked for and found, and need not be guessed.</summary>
    /// <param name="found">How it shows: what comes first in its evidence.</param>
    internal static CauseFinding Known(
        LikelyCause cause,
        Excess excess,
        double confidence,
        IReadOnlyList<EvidenceRow> found
    ) =>
        new(
            cause,
            null,
            Math.Min(confidence, 0.99),
            [.. found, .. CauseEvidence.Of(cause, excess, [])],
            Playbook.TechniquesOf(cause),
            Playbook.ChecklistOf(cause)
        );

    /// <summary>An excess within one Poisson deviation of the bucket's count is nothing to explain.</summary>
    private static double LeastOf(Excess excess) => Math.Max(LeastDenies, Math.Sqrt(excess.Count));

    /// <summary>The same words everywhere a person reads a cause.</summary>
    public static string Title(LikelyCause cause) =>
        cause switch
        {
            LikelyCause.HorizontalScan => "horizontal scan",
            LikelyCause.VerticalScan => "vertical scan",
            LikelyCause.DistributedScan => "distributed scan",
            LikelyCause.Flood => "flood",
            LikelyCause.ApplicationRetry => "application retry",
            LikelyCause.NewFirewallRule => "new or changed firewall rule",
            LikelyCause.SuspiciousOutbound => "suspicious outbound",
            LikelyCause.LateralMovement => "lateral movement",
            LikelyCause.DiscoveryNoise => "discovery noise",
            LikelyCause.LoggingChange => "logging change or duplicate feed",
            LikelyCause.BackgroundRise => "background rise",
            _ => "unclear",
        };
}

/// <summary>A cause with how well it fits.</summary>
internal sealed record Candidate(LikelyCause Cause, IReadOnlyList<Condition> Conditions)
{
    /// <summary>0 to 1.</summary>
    public double Fit { get; } = CauseConditions.Least(Conditions);
}
