using Denywatch.Testing;

namespace Denywatch.Storage.Tests;

public sealed class CountTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly DateTimeOffset Noon = new(
        DateTimeOffset.UtcNow.UtcDateTime.Date.AddHours(-12),
        TimeSpan.Zero
    );
    private Store store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        store = await Store.NewAsync(postgres);
        await store.RunAsync(
            """
            INSERT INTO jobs (id, title, description, detector, partition_field, parent_id, bucket_span, influencers, is_open)
            VALUES ('all', '', '', 'high_count', NULL, NULL, '15 minutes', '{}', true),
                   ('by_firewall', '', '', 'high_count', 'observer.name', 'all', '15 minutes', '{}', true)
            """
        );
    }

    public async ValueTask DisposeAsync() => await store.DisposeAsync();

    [Fact]
    public async Task Counts_of_every_span_are_the_sums_of_the_flows()
    {
        await AppendAsync(Noon, 3);
        await AppendAsync(Noon.AddMinutes(12), 4);
        await AppendAsync(Noon.AddMinutes(44), 5);

        await store.Get<CountStore>().RecomputeAsync(Stop);

        Assert.Equal("3,4", await CountsAsync(5, before: Noon.AddMinutes(15)));
        Assert.Equal("7,5", await CountsAsync(15, before: Noon.AddHours(1)));
        Assert.Equal("12", await CountsAsync(60, before: Noon.AddHours(1)));
        Assert.Equal("12", await CountsAsync(1440, before: Noon.AddHours(13)));
    }

    [Fact]
    public async Task Counting_twice_changes_nothing_and_late_denies_are_added()
    {
        await AppendAsync(Noon, 3);
        await store.Get<CountStore>().RecomputeAsync(Stop);
        Assert.Empty(await store.Get<CountStore>().RecomputeAsync(Stop));

        await AppendAsync(Noon, 2);
        await store.Get<CountStore>().RecomputeAsync(Stop);

        Assert.Equal("5", await CountsAsync(15, before: Noon.AddHours(1)));
    }

    [Fact]
    public async Task Writers_and_counters_at_once_end_in_the_true_sum()
    {
        var counts = store.Get<CountStore>();
        var writers = Enumerable
            .Range(0, 8)
            .Select(async _ =>
            {
                for (var i = 0; i < 15; i++)
                    await AppendAsync(Noon.AddMinutes(5 * (i % 3)), 2);
            })
            .ToList();
        var counters = Enumerable
            .Range(0, 3)
            .Select(async _ =>
            {
                while (!writers.TrueForAll(writer => writer.IsCompleted))
                    await counts.RecomputeAsync(Stop);
            });

        await Task.WhenAll([.. writers, .. counters]);
        await counts.RecomputeAsync(Stop);

        Assert.Equal("240", await CountsAsync(60, before: Noon.AddHours(1)));
    }

    [Fact]
    public async Task A_new_firewall_gets_a_series_and_the_total_stays_one()
    {
        await AppendAsync(Noon, 1, "fw-1");
        await AppendAsync(Noon, 1, "fw-2");

        await store.Get<CountStore>().RecomputeAsync(Stop);
        await store.Get<CountStore>().RecomputeAsync(Stop);

        Assert.Equal(
            "all:,by_firewall:fw-1,by_firewall:fw-2",
            await store.AskAsync<string>(
                "SELECT string_agg(job_id || ':' || partition, ',' ORDER BY 1) FROM (SELECT job_id, partition FROM series ORDER BY 1, 2) s"
            )
        );
    }

    [Fact]
    public async Task Denies_of_a_bucket_that_was_scored_mark_their_series_for_a_re_score()
    {
        await AppendAsync(Noon, 1);
        await store.Get<CountStore>().RecomputeAsync(Stop);
        await store.RunAsync($"UPDATE series SET next_bucket = '{Noon.AddHours(2):O}'");

        await AppendAsync(Noon.AddMinutes(20), 1);
        await store.Get<CountStore>().RecomputeAsync(Stop);

        Assert.Equal(
            Noon.AddMinutes(15).UtcDateTime,
            await store.AskAsync<DateTime>("SELECT rescore_from FROM series WHERE job_id = 'all'")
        );
        Assert.Equal(1, await store.AskAsync<int>("SELECT version FROM series WHERE job_id = 'all'"));
    }

    [Fact]
    public async Task Folding_a_closed_hour_keeps_every_count_and_drops_the_hour()
    {
        await AppendAsync(Noon, 6);
        await AppendAsync(Noon.AddSeconds(30), 6);
        await store.Get<CountStore>().RecomputeAsync(Stop);

        await store.Get<FlowStore>().CompactAsync(DateTimeOffset.UtcNow.AddHours(2), Stop);

        Assert.Equal(0, await store.AskAsync<long>("SELECT count(*) FROM recent_flows"));
        Assert.Equal(6, await store.AskAsync<long>("SELECT count(*) FROM flows"));
        Assert.Equal(12m, await store.AskAsync<decimal>("SELECT sum(count) FROM all_flows"));
        Assert.Equal("{0,30}", await store.AskAsync<string>("SELECT offsets::text FROM flows LIMIT 1"));

        // What comes for the same slice afterwards is counted with what was folded.
        await AppendAsync(Noon, 1);
        await store.Get<CountStore>().RecomputeAsync(Stop);
        Assert.Equal("13", await CountsAsync(15, before: Noon.AddHours(1)));
    }

    [Fact]
    public async Task Folding_keeps_flows_apart_whose_roles_were_frozen_differently()
    {
        await AppendAsync(Noon, 2);
        await AppendAsync(Noon, 2);
        await store.RunAsync(
            """
            UPDATE recent_flows SET source_role = 'guest', destination_role = 'server'
            WHERE batch_id = (SELECT min(batch_id::text)::uuid FROM recent_flows) AND destination_port = 1000
            """
        );

        await store.Get<FlowStore>().CompactAsync(DateTimeOffset.UtcNow.AddHours(2), Stop);

        Assert.Equal(
            "1000 guest server 1, 1000 - - 1, 1001 - - 2",
            await store.AskAsync<string>(
                """
                SELECT string_agg(concat_ws(' ', destination_port, coalesce(source_role, '-'),
                                            coalesce(destination_role, '-'), count), ', '
                                  ORDER BY destination_port, source_role) FROM flows
                """
            )
        );
    }

    [Fact]
    public async Task Old_partitions_are_dropped_and_the_rest_stays()
    {
        await AppendAsync(Noon.AddDays(-40), 1);
        await AppendAsync(Noon, 1);
        await store.Get<FlowStore>().CompactAsync(DateTimeOffset.UtcNow.AddHours(2), Stop);

        var dropped = await store
            .Get<Partitions>()
            .DropOldAsync(DateTimeOffset.UtcNow, TimeSpan.FromDays(35), TimeSpan.FromDays(7), Stop);

        Assert.Single(dropped);
        Assert.Equal(1m, await store.AskAsync<decimal>("SELECT sum(count) FROM all_flows"));
    }

    private Task<bool> AppendAsync(DateTimeOffset at, int count, string firewall = "fw-1") =>
        store.Get<BatchStore>().AppendAsync(Some.Batch(at, count, firewall), null, Stop);

    private Task<string?> CountsAsync(int span, DateTimeOffset before) =>
        store.AskAsync<string>(
            $"SELECT string_agg(count::text, ',' ORDER BY at) FROM counts WHERE span = {span} AND at < '{before:O}'"
        );
}
