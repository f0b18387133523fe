namespace Denywatch.Alerting;

/// <summary>What would change a finding, in sentences: from the conditions that hold a cause back.</summary>
internal static class CauseChanges
{
    private const double Met = 0.95;
    private const int Most = 2;

    public static IReadOnlyList<string> Of(
        Excess excess,
        Candidate? found,
        Candidate runnerUp,
        IReadOnlyList<ConfigurationChange> changes
    )
    {
        var sentences = new List<string>(Missing(excess.Shape));
        if (found is not null)
            sentences.AddRange(Weakest(found).Select(condition => $"Surer if {condition.If}."));
        if (runnerUp.Fit > 0 || found is null)
            sentences.AddRange(
                Weakest(runnerUp)
                    .Select(condition =>
                        $"{(found is null ? "" : "Rather ")}{Causes.Title(runnerUp.Cause)} if {condition.If}."
                    )
                    .Select(sentence => char.ToUpperInvariant(sentence[0]) + sentence[1..])
            );
        if (
            changes.Count == 0
            && found?.Cause
                is null
                    or LikelyCause.NewFirewallRule
                    or LikelyCause.LoggingChange
                    or LikelyCause.BackgroundRise
        )
            sentences.Add("A known change of the firewall's configuration at that time would tell more.");
        if (excess.ComparableBuckets == 0)
            sentences.Add("There is no comparable bucket yet: everything looks new.");
        return sentences;
    }

    /// <summary>Fields that most of the excess lacks, so that what depends on them cannot be told.</summary>
    private static IEnumerable<string> Missing(ExcessShape s)
    {
        if (s.Weight <= 0)
            yield break;
        if (s.SourceKnown < 0.5)
            yield return "The source is missing: without it neither a scan nor a client can be told.";
        if (s.DestinationKnown < 0.5)
            yield return "The destination is missing: without it one target and many look alike.";
        if (s.PortKnown < 0.5)
            yield return "The port is missing: without it the service cannot be told.";
        if (s.RuleKnown < 0.5)
            yield return "The firewall rule is missing: without it a new rule cannot be seen.";
    }

    private static IEnumerable<Condition> Weakest(Candidate candidate) =>
        candidate.Conditions.Where(condition => condition.Met < Met).OrderBy(condition => condition.Met).Take(Most);
}
