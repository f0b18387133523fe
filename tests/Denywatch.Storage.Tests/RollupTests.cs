using System.Globalization;
using System.Net;
using Denywatch.Events;
using Denywatch.Testing;

namespace Denywatch.Storage.Tests;

public sealed class RollupTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly DateTimeOffset Midnight = new(
        DateTimeOffset.UtcNow.UtcDateTime.Date.AddDays(-2),
        TimeSpan.Zero
    );
    private Store store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => store = await Store.NewAsync(postgres);

    public async ValueTask DisposeAsync() => await store.DisposeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Rollups_are_what_the_flows_add_up_to_after_late_data_exceptions_and_folding(int seed)
    {
        var random = new Random(seed);
        for (var batch = 0; batch < 6; batch++)
            await AppendAsync(random, 200);
        await MakeAsync();
        await AssertParityAsync();

        await AppendAsync(random, 100); // late: the same two days, counted already
        await MakeAsync();
        await AssertParityAsync();

        await store.RunAsync(
            """
            WITH marked AS (UPDATE recent_flows SET excepted_by = 1 WHERE source <<= '203.0.113.0/28' RETURNING slice, firewall_id)
            INSERT INTO dirty_slices (slice, firewall_id, data_source_id, exceptions_version) SELECT slice, firewall_id, 1, 9 FROM marked
            """
        );
        await MakeAsync();
        await AssertParityAsync();

        await store.Get<FlowStore>().CompactAsync(DateTimeOffset.UtcNow.AddHours(2), Stop);
        await AppendAsync(random, 50);
        await MakeAsync();
        await AssertParityAsync();
    }

    [Fact]
    public async Task A_span_whose_denies_are_all_excepted_has_no_rollup()
    {
        await AppendAsync(new Random(3), 40);
        await MakeAsync();
        Assert.NotEqual(0, await store.AskAsync<long>("SELECT count(*) FROM rollups"));

        await store.RunAsync(
            """
            WITH marked AS (UPDATE recent_flows SET excepted_by = 1 RETURNING slice, firewall_id)
            INSERT INTO dirty_slices (slice, firewall_id, data_source_id, exceptions_version) SELECT slice, firewall_id, 1, 9 FROM marked
            """
        );
        await MakeAsync();

        Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM rollups"));
    }

    [Fact]
    public async Task An_open_hour_that_was_just_made_rests_and_its_quarters_do_not()
    {
        await store.Get<BatchStore>().AppendAsync(Some.Batch(Midnight, 3), null, Stop);
        await store.Get<CountStore>().RecomputeAsync(Stop);
        await store.Get<RollupStore>().RecomputeAsync(Stop);
        await store.Get<BatchStore>().AppendAsync(Some.Batch(Midnight, 4), null, Stop);
        await store.Get<CountStore>().RecomputeAsync(Stop);

        await store.Get<RollupStore>().RecomputeAsync(Stop);

        Assert.Equal("7,3,3", await TotalsAsync());
        await store.Get<RollupStore>().RecomputeAsync(Stop, rests: false);
        Assert.Equal("7,7,7", await TotalsAsync());
        Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM stale_rollups"));

        Task<string?> TotalsAsync() =>
            store.AskAsync<string>(
                "SELECT string_agg(total::text, ',' ORDER BY span) FROM rollups WHERE firewall_id = 0 AND dimension = 0"
            );
    }

    [Fact]
    public async Task A_rule_is_known_since_the_first_quarter_it_denied_in_whatever_came_first()
    {
        await store.Get<BatchStore>().AppendAsync(Some.Batch(Midnight.AddHours(9), 1), null, Stop);
        await MakeAsync();
        await store.Get<BatchStore>().AppendAsync(Some.Batch(Midnight.AddMinutes(20), 1), null, Stop);
        await store.Get<BatchStore>().AppendAsync(Some.Batch(Midnight.AddHours(30), 1), null, Stop);
        await MakeAsync();

        Assert.Equal(
            Midnight.AddMinutes(15).UtcDateTime,
            await store.AskAsync<DateTime>("SELECT first_at FROM rules_seen WHERE rule = 'deny-all'")
        );
    }

    private async Task MakeAsync()
    {
        await store.Get<CountStore>().RecomputeAsync(Stop);
        await store.Get<RollupStore>().RecomputeAsync(Stop, rests: false);
    }

    private Task<bool> AppendAsync(Random random, int count)
    {
        List<DenyFlow> flows = [];
        List<SourceTally> tallies = [];
        foreach (var i in Enumerable.Range(0, count))
        {
            var at = Midnight.AddMinutes(random.Next(2 * 1440));
            var (firewall, integration) = random.Next(3) switch
            {
                0 => ("fw-1", "ecs"),
                1 => ("fw-1", "cisco_asa"),
                _ => ("fw-2", "fortigate"),
            };
            var source =
                random.Next(20) == 0
                    ? null
                    : new IPAddress([203, 0, 113, (byte)random.Next(random.Next(2) == 0 ? 8 : 250)]);
            var key = new FlowKey(
                DenyFlow.SliceOf(at),
                firewall,
                source,
                new IPAddress([10, 0, 0, (byte)random.Next(90)]),
                random.Next(10) == 0 ? null : random.Next(60),
                random.Next(2) == 0 ? "tcp" : "icmp",
                random.Next(5) == 0 ? null : $"rule-{random.Next(4)}",
                Direction.Inbound
            );
            if (flows.Exists(flow => flow.Key == key && flow.Integration == integration))
                continue;
            var flow = new DenyFlow(
                key,
                new(random.Next(2) == 0 ? "DE" : null, 64500 + random.Next(3), "US", null, null),
                integration
            );
            flow.Add(at, 1 + random.Next(9), null, $"line {i}");
            flows.Add(flow);
            tallies.Add(
                new()
                {
                    Source = new(Some.Sender, integration, firewall),
                    Slice = key.Slice,
                    Denied = 1,
                }
            );
        }
        var batch = new IntakeBatch
        {
            Id = Guid.CreateVersion7(),
            Sender = Some.Sender,
            ReceivedAt = DateTimeOffset.UtcNow,
            Flows = flows,
            Tallies = [.. tallies.DistinctBy(tally => (tally.Source, tally.Slice))],
        };
        return store.Get<BatchStore>().AppendAsync(batch, null, Stop);
    }

    private async Task AssertParityAsync()
    {
        await using var connection = await store.Source.OpenConnectionAsync(Stop);
        var flows = await connection.RowsAsync(
            """
            SELECT f.slice, f.firewall_id, coalesce(host(f.source), '(none)'), host(f.destination),
                   coalesce(f.destination_port::text, f.transport), coalesce(f.source_country, '(none)'),
                   coalesce(f.destination_country, '(none)'), 'AS' || f.source_as, coalesce(f.rule, '(none)'), d.integration, f.count
            FROM all_flows f JOIN data_sources d ON d.id = f.data_source_id WHERE f.excepted_by IS NULL
            """,
            row =>
                (
                    At: row.Time(0),
                    Firewall: row.GetInt32(1),
                    Values: Enumerable.Range(2, 8).Select(row.GetString).ToArray(),
                    Count: row.GetInt64(10)
                ),
            Stop
        );
        var expected = (
            from flow in flows
            from span in new short[] { 15, 60, 1440 }
            from firewall in new[] { flow.Firewall, RollupStore.AllFirewalls }
            from dimension in Enum.GetValues<RollupDimension>()
            let ticks = TimeSpan.FromMinutes(span).Ticks
            group (Value: flow.Values[(int)dimension], flow.Count) by (
                firewall,
                (short)dimension,
                span,
                new DateTimeOffset(flow.At.UtcTicks - flow.At.UtcTicks % ticks, TimeSpan.Zero)
            ) into row
            select Line(row.Key, Tally(row))
        ).ToHashSet(StringComparer.Ordinal);

        var found = await connection.RowsAsync(
            "SELECT firewall_id, dimension, span, at, total, vals, counts, distincts, entropy FROM rollups",
            row =>
                Line(
                    (row.GetInt32(0), row.GetInt16(1), row.GetInt16(2), row.Time(3)),
                    (
                        row.GetInt64(4),
                        row.GetFieldValue<string[]>(5),
                        row.GetFieldValue<long[]>(6),
                        row.GetInt32(7),
                        row.GetFloat(8)
                    )
                ),
            Stop
        );

        Assert.True(expected.Count > 500);
        Assert.Empty(expected.Except(found, StringComparer.Ordinal).Take(3));
        Assert.Equal(expected.Count, found.Count);
    }

    private static (long Total, string[] Values, long[] Counts, int Distincts, double Entropy) Tally(
        IEnumerable<(string Value, long Count)> flows
    )
    {
        var all = flows
            .GroupBy(flow => flow.Value, flow => flow.Count, StringComparer.Ordinal)
            .Select(group => (Value: group.Key, Count: group.Sum()))
            .OrderByDescending(value => value.Count)
            .ThenBy(value => value.Value, StringComparer.Ordinal)
            .ToList();
        var total = all.Sum(value => value.Count);
        var entropy = -all.Sum(value => (double)value.Count / total * Math.Log((double)value.Count / total));
        return (
            total,
            [.. all.Select(value => value.Value)],
            [.. all.Select(value => value.Count)],
            all.Count,
            all.Count == 1 ? 0 : entropy / Math.Log(all.Count)
        );
    }

    /// <summary>The row as text, of the values as many as are kept: 50 sources that have 0.1 %, 20 of the rest.</summary>
    private static string Line(
        (int Firewall, short Dimension, short Span, DateTimeOffset At) key,
        (long Total, string[] Values, long[] Counts, int Distincts, double Entropy) row
    )
    {
        var kept = row
            .Values.Zip(row.Counts)
            .Take(key.Dimension == 0 ? RollupStore.MostSources : RollupStore.MostValues)
            .Where((value, place) => place < RollupStore.MostValues || value.Second >= 0.001 * row.Total)
            .Select(value => $"{value.First}:{value.Second}");
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{key.Firewall} {key.Dimension} {key.Span} {key.At:O} {row.Total} {row.Distincts} {row.Entropy:0.0000} {string.Join(',', kept)}"
        );
    }
}
