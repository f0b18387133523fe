namespace Denywatch.Alerting;

/// <summary>The flows that carry an excess: what two alerts must share to be one.</summary>
public static class ExcessFlows
{
    /// <summary>A contributor below this share is background.</summary>
    private const double LeastShare = 0.05;

    /// <summary>Those of <paramref name="flows"/> that belong to the headline contributors of <paramref name="excess"/>.</summary>
    public static List<FlowRow> Of(IReadOnlyList<FlowRow> flows, Excess excess)
    {
        ArgumentNullException.ThrowIfNull(flows);
        ArgumentNullException.ThrowIfNull(excess);
        var carriers = excess
            .By(excess.Headline)
            .Top.Where(contributor => contributor.Share >= LeastShare)
            .Select(contributor => contributor.Value)
            .ToHashSet(StringComparer.Ordinal);
        return [.. flows.Where(flow => carriers.Contains(Attribution.ValueOf(flow, excess.Headline)))];
    }
}
