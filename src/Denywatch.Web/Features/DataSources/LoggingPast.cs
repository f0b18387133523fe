using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.DataSources;

/// <summary>What each source logged, hour by hour.</summary>
public sealed class LoggingPast(NpgsqlDataSource source)
{
    // Hours that end with the newest whole slice, so that a change is seen as soon as an hour of it has passed.
    private const string Hours = """
        SELECT data_source_id, floor(extract(epoch FROM @to - slice - interval '1 second') / 3600)::int AS ago,
               sum(denied + allowed + unanswered + none + rejected)::bigint, sum(none)::bigint, sum(rejected)::bigint,
               sum(suppressed)::bigint,
               sum(denied)::bigint, (count(*) FILTER (WHERE denied > 0))::int,
               min(slice) FILTER (WHERE denied > 0), max(slice) FILTER (WHERE denied > 0),
               sum(allowed)::bigint, (count(*) FILTER (WHERE allowed > 0))::int,
               min(slice) FILTER (WHERE allowed > 0), max(slice) FILTER (WHERE allowed > 0)
        FROM source_slices WHERE slice >= @from AND slice < @to
        GROUP BY 1, 2 HAVING sum(denied + allowed + unanswered + none + rejected) > 0 ORDER BY 1, 2
        """;

    // The busiest source of a firewall tells of its rules.
    private const string Busiest = """
        SELECT DISTINCT ON (firewall) coalesce(f.alias_of_id, f.id) AS firewall, s.id
        FROM (SELECT data_source_id AS id, sum(denied) AS denied FROM source_slices
              WHERE slice >= @recent AND slice < @to GROUP BY 1) d
        JOIN data_sources s ON s.id = d.id JOIN firewalls f ON f.id = s.firewall_id
        ORDER BY 1, d.denied DESC, s.id
        """;

    private const string Denies = """
        SELECT firewall_id, at, vals, counts, distincts FROM rollups
        WHERE firewall_id = ANY(@firewalls) AND dimension = @dimension AND span = 60 AND at >= @from AND at <= @last
        ORDER BY 1, 2 DESC
        """;

    private const string Seen =
        "SELECT firewall_id, rule, first_at FROM rules_seen WHERE firewall_id = ANY(@firewalls)";

    // Rollups leave out what an exception takes away: its rule logs on.
    private const string Excepted = """
        SELECT DISTINCT firewall_id, rule FROM all_flows
        WHERE slice >= @recent AND slice < @to AND excepted_by IS NOT NULL AND rule IS NOT NULL
        """;

    private sealed record RuleRow(int Firewall, DateTimeOffset At, string[] Rules, long[] Counts, int Distincts)
    {
        /// <summary>Where more rules denied than a rollup keeps, one that is not among them may have had as many as the least.</summary>
        public long Of(string rule) =>
            Array.IndexOf(Rules, rule) is >= 0 and var place ? Counts[place]
            : Distincts > Rules.Length ? Counts[^1]
            : 0;
    }

    /// <summary>Rules of each firewall, by the source that tells of them.</summary>
    /// <param name="to">A full hour, or some minutes after it: rollups of that hour are made by then.</param>
    public async Task<IReadOnlyDictionary<int, FirewallRules>> RulesAsync(DateTimeOffset to, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        (string, object?)[] recent = [("recent", to.AddHours(-3)), ("to", to)];
        var tellers = await connection.RowsAsync(
            Busiest,
            row => (Firewall: row.GetInt32(0), Source: row.GetInt32(1)),
            ct,
            recent
        );
        (string, object?) firewalls = ("firewalls", tellers.Select(teller => teller.Firewall).ToArray());
        var rows = await connection.RowsAsync(
            Denies,
            row => new RuleRow(
                row.GetInt32(0),
                row.Time(1),
                row.GetFieldValue<string[]>(2),
                row.GetFieldValue<long[]>(3),
                row.GetInt32(4)
            ),
            ct,
            firewalls,
            ("dimension", (short)RollupDimension.Rule),
            ("from", to - LoggingChange.Past),
            ("last", to.AddHours(-1))
        );
        var seen = (
            await connection.RowsAsync(Seen, row => ((row.GetInt32(0), row.GetString(1)), row.Time(2)), ct, firewalls)
        ).ToDictionary(row => row.Item1, row => row.Item2);
        var excepted = await connection.RowsAsync(Excepted, row => (row.GetInt32(0), row.GetString(1)), ct, recent);
        foreach (var taken in excepted)
            seen.Remove(taken);

        var byFirewall = rows.ToLookup(row => row.Firewall);
        return tellers.ToDictionary(teller => teller.Source, teller => Fold([.. byFirewall[teller.Firewall]], seen));
    }

    private static FirewallRules Fold(List<RuleRow> rows, Dictionary<(int, string), DateTimeOffset> seen) =>
        new(
            rows.ConvertAll(row => row.At),
            [
                .. rows.SelectMany(row => row.Rules)
                    .Distinct(StringComparer.Ordinal)
                    .Where(rule => seen.ContainsKey((rows[0].Firewall, rule)))
                    .Select(rule => new RuleHours(
                        rule,
                        seen[(rows[0].Firewall, rule)],
                        rows.ConvertAll(row => row.Of(rule))
                    )),
            ]
        );

    public async Task<IReadOnlyDictionary<int, List<SourceHour>>> HoursAsync(DateTimeOffset to, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var rows = await connection.RowsAsync(
            Hours,
            row =>
                (
                    Id: row.GetInt32(0),
                    Hour: new SourceHour(
                        to.AddHours(-row.GetInt32(1) - 1),
                        row.GetInt64(2),
                        TallyOf(row, 6),
                        TallyOf(row, 10),
                        row.GetInt64(3),
                        row.GetInt64(4),
                        row.GetInt64(5)
                    )
                ),
            ct,
            ("from", to - LoggingChange.Past),
            ("to", to)
        );
        return rows.GroupBy(row => row.Id)
            .ToDictionary(group => group.Key, group => group.Select(row => row.Hour).ToList());
    }

    private static Tally TallyOf(NpgsqlDataReader row, int column) =>
        new(
            row.GetInt64(column),
            row.GetInt32(column + 1),
            row.OrNull<DateTimeOffset>(column + 2),
            row.OrNull<DateTimeOffset>(column + 3)
        );
}
