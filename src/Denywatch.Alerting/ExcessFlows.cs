namespace Denywatch.Alerting;

/// <summary>The headline contributors of an excess: what tells one alert from another.</summary>
public sealed record Carriers(Dimension Dimension, IReadOnlyList<string> Values)
{
    /// <summary>A contributor below this share is background.</summary>
    private const double LeastShare = 0.05;

    public static Carriers Of(Excess excess)
    {
        ArgumentNullException.ThrowIfNull(excess);
        var top = excess.By(excess.Headline).Top.Where(contributor => contributor.Share >= LeastShare);
        return new(excess.Headline, [.. top.Select(contributor => contributor.Value)]);
    }

    /// <summary>Those of <paramref name="flows"/> that belong to a carrier.</summary>
    public IReadOnlyList<FlowRow> Among(IReadOnlyList<FlowRow> flows)
    {
        ArgumentNullException.ThrowIfNull(flows);
        var values = Values.ToHashSet(StringComparer.Ordinal);
        return [.. flows.Where(flow => values.Contains(Attribution.ValueOf(flow, Dimension)))];
    }
}
