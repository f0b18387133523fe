using Denywatch.Alerting;

namespace Denywatch.Bench.Causes;

/// <summary>One incident as the product would judge it: its peak bucket and the buckets that one is compared with.</summary>
/// <param name="Cause">The truth; unclear where nothing special happened.</param>
/// <param name="Firewall">Where it happened.</param>
/// <param name="Current">Flows of the whole estate in the peak bucket.</param>
/// <param name="Comparable">Flows of the estate at the same time on earlier days, and just before.</param>
/// <param name="Keys">What was injected in the cause's own dimension, any of which should come first; empty where it has none.</param>
internal sealed record Case(
    LikelyCause Cause,
    string Firewall,
    IReadOnlyList<FlowRow> Current,
    IReadOnlyList<IReadOnlyList<FlowRow>> Comparable,
    Dimension KeyDimension,
    IReadOnlySet<string> Keys
)
{
    /// <summary>Judges the firewall's flows, or the whole estate's.</summary>
    public Judged Judge(bool isWholeEstate)
    {
        IReadOnlyList<FlowRow> Of(IReadOnlyList<FlowRow> flows) =>
            isWholeEstate ? flows : [.. flows.Where(flow => flow.Firewall == Firewall)];
        var excess = Attribution.Of(Of(Current), [.. Comparable.Select(Of)], bucketsInCurrent: 1);
        var finding = Alerting.Causes.Of(excess);
        // A firewall cannot stand out in its own series.
        var hasKey = Keys.Count > 0 && (isWholeEstate || KeyDimension != Dimension.Firewall);
        bool? isFirst = hasKey ? excess.By(KeyDimension).Top is [var top, ..] && Keys.Contains(top.Value) : null;
        return new(this, excess, finding, isFirst);
    }
}

/// <param name="IsFirst">The injected value has the largest share of the excess; null where there is none.</param>
internal sealed record Judged(Case Case, Excess Excess, CauseFinding Finding, bool? IsFirst)
{
    /// <summary>A wrong answer of at least this confidence misleads.</summary>
    private const double Confident = 0.5;

    public bool IsRight => Finding.Cause == Case.Cause;
    public bool IsUnclear => !IsRight && Finding.Cause == LikelyCause.Unclear;
    public bool IsConfidentlyWrong => !IsRight && !IsUnclear && Finding.Confidence >= Confident;
}
