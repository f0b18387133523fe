using Denywatch.Storage;
using Denywatch.Web.Ui.Charts;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>A line of traffic that no series scores, counted from flows.</summary>
/// <param name="ScoredUntil">Steps that end later are drawn as open.</param>
internal sealed record FilteredLine(
    TimelineQuestion Question,
    TimeSpan Step,
    DateTimeOffset ScoredUntil,
    string Condition,
    IReadOnlyList<(string Name, object? Value)> Parameters
)
{
    /// <summary>A longer range has no band: each day of it is read eight times for one.</summary>
    public static readonly TimeSpan LongestBand = TimeSpan.FromDays(1);

    /// <summary>Half of a central 95 % interval, in standard deviations.</summary>
    private const double Half = 1.96;

    private const int DaysBefore = 7;
    private const int LeastDays = 3;

    private const string Counts = """
        SELECT date_bin(@step, f.slice + @shift, 'epoch'), sum(f.count)::float8 FROM all_flows f
        WHERE f.slice >= @from AND f.slice < @to AND f.excepted_by IS NULL AND {condition}
        GROUP BY 1
        """;

    private const string Counted = """
        SELECT DISTINCT date_bin(@step, at + @shift, 'epoch') FROM counts WHERE span = 15 AND at >= @from AND at < @to ORDER BY 1
        """;

    /// <summary>
    /// Counts by step: zero where other traffic was counted, absent where none was. The band of a range of a day at most is
    /// the mean of the same traffic at the same time on the seven days before, with 1.96 standard deviations on each side;
    /// it needs three of them.
    /// </summary>
    /// <param name="counts">Of the steps that have any.</param>
    public async Task<(IReadOnlyList<TimelinePoint> Points, BandBasis Basis)> PointsAsync(
        NpgsqlConnection connection,
        IReadOnlyDictionary<DateTimeOffset, double> counts,
        CancellationToken ct
    )
    {
        var now = await WithZerosAsync(connection, counts, RangeBefore(0), ct);
        List<Dictionary<DateTimeOffset, double>> before = [];
        if (Question.To - Question.From <= LongestBand)
        {
            for (var day = 1; day <= DaysBefore; day++)
                before.Add(await DayAsync(connection, day, ct));
        }

        var hasBand = false;
        List<TimelinePoint> points = [];
        foreach (var (at, count) in now.OrderBy(step => step.Key))
        {
            var usual = before.Where(day => day.ContainsKey(at)).Select(day => day[at]).ToList();
            var state = at + Step > ScoredUntil ? PointState.Open : PointState.Final;
            if (usual.Count < LeastDays)
            {
                points.Add(new(at, count, null, null, null, null, state));
                continue;
            }
            hasBand = true;
            var mean = usual.Average();
            var spread = Half * Math.Sqrt(usual.Sum(value => (value - mean) * (value - mean)) / (usual.Count - 1));
            points.Add(new(at, count, mean, Math.Max(0, mean - spread), mean + spread, null, state));
        }
        return (points, hasBand ? BandBasis.ComparableDays : BandBasis.None);
    }

    /// <summary>Counts of the range as it was so many days before, by the steps of now.</summary>
    public async Task<Dictionary<DateTimeOffset, double>> DayAsync(
        NpgsqlConnection connection,
        int daysBefore,
        CancellationToken ct
    )
    {
        var range = RangeBefore(daysBefore);
        var found = await connection.RowsAsync(
            Counts.Replace("{condition}", Condition, StringComparison.Ordinal),
            row => (At: row.Time(0), Count: row.GetDouble(1)),
            ct,
            [.. range, .. Parameters]
        );
        return await WithZerosAsync(connection, found.ToDictionary(step => step.At, step => step.Count), range, ct);
    }

    private static async Task<Dictionary<DateTimeOffset, double>> WithZerosAsync(
        NpgsqlConnection connection,
        IReadOnlyDictionary<DateTimeOffset, double> counts,
        (string, object?)[] range,
        CancellationToken ct
    )
    {
        var counted = await connection.RowsAsync(Counted, row => row.Time(0), ct, range);
        return counted.Union(counts.Keys).ToDictionary(step => step, counts.GetValueOrDefault);
    }

    private (string, object?)[] RangeBefore(int days)
    {
        var shift = TimeSpan.FromDays(days);
        return [("from", Question.From - shift), ("to", Question.To - shift), ("step", Step), ("shift", shift)];
    }
}
