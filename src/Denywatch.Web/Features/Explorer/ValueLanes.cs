using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>One lane a value of a field, from rollups.</summary>
internal static class ValueLanes
{
    // As the attribution of an alert: the same time on earlier days, and the last buckets before the anomaly.
    private const int ComparableDays = 14;
    private const int ComparableBefore = 4;

    private const string Read = """
        SELECT at, total, vals, counts FROM rollups
        WHERE firewall_id = ANY(@firewalls) AND dimension = @dimension AND span = 15 AND at = ANY(@ats)
        """;

    private const string Busiest = """
        SELECT val FROM rollups, unnest(vals, counts) AS v (val, count)
        WHERE firewall_id = ANY(@firewalls) AND dimension = @dimension AND span = @span AND at >= @from AND at < @to
        GROUP BY 1 ORDER BY sum(v.count) DESC, 1 LIMIT @most
        """;

    private const int MostBusiest = 100;

    // An open span is made seconds after its first denies, or rests.
    private const string Prepared = """
        SELECT coalesce(avg(EXISTS (SELECT FROM rollups r WHERE r.firewall_id = 0 AND r.dimension = @dimension
                                    AND r.span = c.span AND r.at = c.at)::int), 1)::float8
        FROM (SELECT DISTINCT span, at FROM counts
              WHERE span = @span AND at >= @from AND at < @to AND count > 0
                AND at <= now() - make_interval(mins => @span)) c
        """;

    /// <param name="firewalls">Ids of the firewalls looked at; <see cref="RollupStore.AllFirewalls"/> alone for all.</param>
    public static async Task<LanePage> PageAsync(
        NpgsqlConnection connection,
        TimelineQuestion question,
        IReadOnlyList<AnomalousBucket> anomalies,
        int[] firewalls,
        TimeSpan step,
        CancellationToken ct
    )
    {
        (string, object?)[] lanes = [("firewalls", firewalls), ("dimension", (short)DimensionOf(question.ViewBy))];
        var range = question.To - question.From;
        var span =
            range >= TimeSpan.FromDays(8) ? 1440
            : range >= TimeSpan.FromHours(10) ? 60
            : 15;
        (string, object?)[] spans =
        [
            .. lanes,
            ("span", (short)span),
            ("from", TimeSteps.Floor(question.From, TimeSpan.FromMinutes(span))),
            ("to", question.To),
        ];
        var busiest = await connection.RowsAsync(
            Busiest,
            row => row.GetString(0),
            ct,
            [.. spans, ("most", MostBusiest)]
        );
        var prepared = await connection.ScalarAsync<double>(Prepared, ct, spans);
        if (anomalies.Count == 0)
            return ContributionLanes.Page([], busiest, question, step) with { Prepared = prepared };

        var ats = anomalies.SelectMany(anomaly => ComparableTo(anomaly).Append(anomaly.At)).Distinct().ToArray();
        var rows = await connection.RowsAsync(
            Read,
            row => new Tops(row.Time(0), row.GetInt64(1), row.GetFieldValue<string[]>(2), row.GetFieldValue<long[]>(3)),
            ct,
            [.. lanes, ("ats", ats)]
        );
        var byTime = rows.ToLookup(row => row.At);
        var parts = anomalies.SelectMany(anomaly => PartsOf(anomaly, byTime)).ToList();
        return ContributionLanes.Page(parts, busiest, question, step) with { Prepared = prepared };
    }

    /// <summary>
    /// Each value's count against its mean in comparable buckets. A value beyond those that a rollup names counts as usual
    /// there: the rest of the bucket takes its part of the excess as one.
    /// </summary>
    private static IEnumerable<Contribution> PartsOf(AnomalousBucket anomaly, ILookup<DateTimeOffset, Tops> rows)
    {
        var counts = new Dictionary<string, double>(StringComparer.Ordinal);
        var rest = 0.0;
        foreach (var row in rows[anomaly.At])
        {
            row.AddTo(counts);
            rest += row.Rest(counts);
        }

        var usual = new Dictionary<string, double>(StringComparer.Ordinal);
        var (usualRest, buckets) = (0.0, 0);
        foreach (var at in ComparableTo(anomaly))
        {
            if (!rows.Contains(at))
                continue;

            buckets++;
            foreach (var row in rows[at])
            {
                row.AddTo(usual, counts);
                usualRest += row.Rest(counts);
            }
        }

        var scale = 1.0 / Math.Max(1, buckets);
        var parts = counts
            .Select(value =>
                (Value: value.Key, Count: value.Value, Typical: usual.GetValueOrDefault(value.Key) * scale)
            )
            .ToList();
        var sum = parts.Sum(part => Math.Max(0, part.Count - part.Typical)) + Math.Max(0, rest - usualRest * scale);
        return parts.Select(part => new Contribution(
            anomaly.At,
            part.Value,
            part.Count,
            part.Typical,
            sum > 0 ? Math.Max(0, part.Count - part.Typical) / sum : 0,
            anomaly.Score
        ));
    }

    private static IEnumerable<DateTimeOffset> ComparableTo(AnomalousBucket anomaly)
    {
        for (var day = 1; day <= ComparableDays; day++)
            yield return anomaly.At - TimeSpan.FromDays(day);
        for (var before = 1; before <= ComparableBefore; before++)
            yield return anomaly.RunStart - before * TimeSteps.Bucket;
    }

    private static RollupDimension DimensionOf(ViewBy by) =>
        by switch
        {
            ViewBy.Source => RollupDimension.Source,
            ViewBy.Destination => RollupDimension.Destination,
            ViewBy.Port => RollupDimension.Port,
            ViewBy.SourceCountry => RollupDimension.SourceCountry,
            ViewBy.DestinationCountry => RollupDimension.DestinationCountry,
            ViewBy.SourceAs => RollupDimension.SourceAs,
            ViewBy.Rule => RollupDimension.Rule,
            ViewBy.Integration => RollupDimension.Integration,
            _ => throw new ArgumentOutOfRangeException(nameof(by), by, "Firewalls have series of their own."),
        };

    /// <summary>The largest values of one bucket and firewall.</summary>
    private sealed record Tops(DateTimeOffset At, long Total, string[] Values, long[] Counts)
    {
        public void AddTo(Dictionary<string, double> sums)
        {
            for (var i = 0; i < Values.Length; i++)
                sums[Values[i]] = sums.GetValueOrDefault(Values[i]) + Counts[i];
        }

        /// <summary>Only values that <paramref name="wanted"/> has.</summary>
        public void AddTo(Dictionary<string, double> sums, Dictionary<string, double> wanted)
        {
            for (var i = 0; i < Values.Length; i++)
            {
                if (wanted.ContainsKey(Values[i]))
                    sums[Values[i]] = sums.GetValueOrDefault(Values[i]) + Counts[i];
            }
        }

        /// <summary>Denies of values that <paramref name="wanted"/> has not.</summary>
        public double Rest(Dictionary<string, double> wanted)
        {
            var rest = (double)Total;
            for (var i = 0; i < Values.Length; i++)
            {
                if (wanted.ContainsKey(Values[i]))
                    rest -= Counts[i];
            }
            return rest;
        }
    }
}
