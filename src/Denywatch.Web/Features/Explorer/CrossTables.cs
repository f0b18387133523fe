using Denywatch.Alerting;

namespace Denywatch.Web.Features.Explorer;

/// <summary>Denies by two dimensions at once.</summary>
internal static class CrossTables
{
    private const int Most = 10;

    /// <summary>The values with the largest excess in each dimension, and the denies that have both.</summary>
    public static CrossTable Of(IReadOnlyList<FlowRow> flows, Excess excess, Dimension rows, Dimension columns)
    {
        var (down, across) = (ValuesOf(excess, rows), ValuesOf(excess, columns));
        var (rowOf, columnOf) = (PlacesOf(down), PlacesOf(across));
        var counts = down.Select(_ => new long[across.Count]).ToList();
        foreach (var flow in flows)
        {
            if (
                rowOf.TryGetValue(Attribution.ValueOf(flow, rows), out var row)
                && columnOf.TryGetValue(Attribution.ValueOf(flow, columns), out var column)
            )
                counts[row][column] += flow.Count;
        }
        return new(down, across, counts);
    }

    private static List<string> ValuesOf(Excess excess, Dimension dimension) =>
        [.. excess.By(dimension).Top.Where(value => value.Count > 0).Take(Most).Select(value => value.Value)];

    private static Dictionary<string, int> PlacesOf(List<string> values) =>
        values
            .Select((value, place) => (value, place))
            .ToDictionary(pair => pair.value, pair => pair.place, StringComparer.Ordinal);
}
