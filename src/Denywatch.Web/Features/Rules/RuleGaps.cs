using System.Text.Json.Serialization;
using Denywatch.Alerting;

namespace Denywatch.Web.Features.Rules;

/// <summary>Why a rule judged nothing.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<GapCause>))]
public enum GapCause
{
    /// <summary>It was off.</summary>
    RuleOff,

    /// <summary>Buckets have no result.</summary>
    NotScored,

    /// <summary>The feed of a job is stopped, or the job closed.</summary>
    FeedStopped,

    /// <summary>No node took events in.</summary>
    IntakeDown,
}

/// <summary>A stretch for which a rule judged nothing.</summary>
/// <param name="Words">The cause, as a sentence.</param>
/// <param name="NextStep">What can be done where it cannot be filled, as a sentence; null where it can.</param>
public sealed record RuleGap(
    DateTimeOffset From,
    DateTimeOffset To,
    GapCause Cause,
    string Words,
    string? NextStep = null
)
{
    public bool CanFill => NextStep is null;
}

/// <summary>Finds the stretches that a rule did not judge. Pure.</summary>
public static class RuleGaps
{
    /// <summary>What brings logs back that were never taken in.</summary>
    public const string ImportCommand = "./denywatch import --server URL --token TOKEN FILE...";

    /// <summary>
    /// The stretches in [since, until) in which a rule was off, by whole buckets: one that began before it was switched on
    /// does not alert, and one that was open when it was switched off is not judged when it closes.
    /// </summary>
    /// <param name="switches">How it was switched, oldest first; the first says how it stood to begin with.</param>
    public static IEnumerable<RuleGap> Off(
        IReadOnlyList<RuleSwitch> switches,
        DateTimeOffset since,
        DateTimeOffset until,
        TimeSpan span
    )
    {
        ArgumentNullException.ThrowIfNull(switches);
        if (switches is [{ IsOn: true } first, ..] && first.At > since)
            yield return Gap(since, first.At, "It was not switched on yet.");
        for (var i = 0; i < switches.Count; i++)
        {
            var turn = switches[i];
            var end = i + 1 < switches.Count ? switches[i + 1].At : until;
            if (turn.IsOn || end <= since || turn.At >= until)
                continue;

            var by = turn.By is null ? "It was not switched on yet" : $"It was off, switched off by {turn.By}";
            yield return Gap(
                turn.At,
                end,
                string.IsNullOrWhiteSpace(turn.Why) ? $"{by}." : $"{by}: {turn.Why.Trim().TrimEnd('.')}."
            );
        }

        RuleGap Gap(DateTimeOffset from, DateTimeOffset to, string words)
        {
            var start = from > since ? Detection.CountedSpan.StartOf(from, span) : since;
            var end = to < until ? Detection.CountedSpan.StartOf(to + span - TimeSpan.FromTicks(1), span) : until;
            return new(start, end, GapCause.RuleOff, words);
        }
    }

    /// <summary>What is left of gaps that were filled in part.</summary>
    public static IEnumerable<RuleGap> Without(
        IEnumerable<RuleGap> gaps,
        IReadOnlyList<(DateTimeOffset From, DateTimeOffset To)> filled
    )
    {
        ArgumentNullException.ThrowIfNull(filled);
        foreach (var gap in gaps)
        {
            var from = gap.From;
            if (gap.CanFill)
            {
                foreach (var (start, end) in filled.Where(f => f.From < gap.To && f.To > gap.From).OrderBy(f => f.From))
                {
                    if (start > from)
                        yield return gap with
                        {
                            From = from,
                            To = start,
                        };
                    from = end > from ? end : from;
                }
            }
            if (from < gap.To)
                yield return gap with
                {
                    From = from,
                };
        }
    }
}
