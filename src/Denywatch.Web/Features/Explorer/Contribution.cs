using Denywatch.Detection;
using Denywatch.Web.Ui.Charts;

namespace Denywatch.Web.Features.Explorer;

/// <summary>A value's part in one anomalous bucket.</summary>
/// <param name="Typical">What the value usually has there.</param>
/// <param name="Share">Its excess over the bucket's, 0 to 1.</param>
/// <param name="BucketScore">Record score of the bucket.</param>
internal sealed record Contribution(
    DateTimeOffset Bucket,
    string Value,
    double Count,
    double Typical,
    double Share,
    double BucketScore
)
{
    public double Excess => Math.Max(0, Count - Typical);

    /// <summary>The record score of the bucket times the share: a value that makes 83 % of a 96 has an 80.</summary>
    public double Score => BucketScore * Share;
}

/// <summary>Lanes and stack made of contributions.</summary>
internal static class ContributionLanes
{
    private const int MostStacked = 7;

    /// <summary>
    /// A page of lanes: values with an anomaly first, worst score and then largest excess; then those of <paramref
    /// name="busiest"/> that have none. A cell holds the highest score of its buckets and their sums.
    /// </summary>
    /// <param name="busiest">Values by denies in the range, most first.</param>
    public static LanePage Page(
        IReadOnlyList<Contribution> all,
        IReadOnlyList<string> busiest,
        TimelineQuestion question,
        TimeSpan step
    )
    {
        var byValue = all.Where(part => part.Score >= RecordScore.Warning)
            .GroupBy(part => part.Value, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);
        List<string> ranked =
        [
            .. byValue
                .OrderByDescending(lane => Math.Floor(lane.Value.Max(part => part.Score)))
                .ThenByDescending(lane => lane.Value.Sum(part => part.Excess))
                .ThenBy(lane => lane.Key, StringComparer.Ordinal)
                .Select(lane => lane.Key),
            .. busiest.Where(value => !byValue.ContainsKey(value)),
        ];
        var page = ranked.Skip(question.LanePage * question.LanesPerPage).Take(question.LanesPerPage);
        return new([.. page.Select(LaneOf)], ranked.Count, StackOf(all, step));

        TimelineLane LaneOf(string value) =>
            new(
                value,
                value,
                [
                    .. byValue
                        .GetValueOrDefault(value, [])
                        .GroupBy(part => TimeSteps.Floor(part.Bucket, step))
                        .Select(cell => new TimelineCell(
                            cell.Key,
                            cell.Max(part => part.Score),
                            cell.Sum(part => part.Count),
                            cell.Sum(part => part.Typical)
                        )),
                ]
            );
    }

    /// <summary>The excess by step of the largest contributors, and of all others together.</summary>
    public static IReadOnlyList<ContributorExcess> StackOf(IReadOnlyList<Contribution> all, TimeSpan step)
    {
        var largest = all.GroupBy(part => part.Value, StringComparer.Ordinal)
            .OrderByDescending(group => group.Sum(part => part.Excess))
            .ThenBy(group => group.Key, StringComparer.Ordinal)
            .Take(MostStacked)
            .Select(group => group.Key)
            .ToList();
        var named = largest.ToHashSet(StringComparer.Ordinal);
        return
        [
            .. largest.Select(value => Of(value, part => part.Value == value)),
            Of(null, part => !named.Contains(part.Value)),
        ];

        ContributorExcess Of(string? value, Func<Contribution, bool> isPart) =>
            new(
                value,
                all.Where(part => part.Excess > 0 && isPart(part))
                    .GroupBy(part => TimeSteps.Floor(part.Bucket, step))
                    .ToDictionary(cell => cell.Key, cell => cell.Sum(part => part.Excess))
            );
    }
}
