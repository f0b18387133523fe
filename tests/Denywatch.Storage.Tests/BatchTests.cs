using Denywatch.Testing;

namespace Denywatch.Storage.Tests;

public sealed class BatchTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;
    private Store store = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private BatchStore Batches => store.Get<BatchStore>();

    public async ValueTask InitializeAsync() => store = await Store.NewAsync(postgres);

    public async ValueTask DisposeAsync() => await store.DisposeAsync();

    [Fact]
    public async Task A_batch_that_is_stored_again_is_counted_once()
    {
        var batch = Some.Batch(Now, count: 7);

        Assert.True(await Batches.AppendAsync(batch, null, Stop));
        Assert.False(await Batches.AppendAsync(batch, null, Stop));

        Assert.Equal(7, await DeniesAsync());
    }

    [Fact]
    public async Task A_part_of_an_import_that_is_sent_again_is_counted_once()
    {
        await Batches.AppendAsync(Some.Batch(Now, count: 3, part: "a/0"), null, Stop);
        Assert.False(await Batches.AppendAsync(Some.Batch(Now, count: 3, part: "a/0"), null, Stop));
        await Batches.AppendAsync(Some.Batch(Now, count: 4, part: "a/1"), null, Stop);

        Assert.Equal(7, await DeniesAsync());
    }

    [Fact]
    public async Task Twenty_writers_on_the_same_slices_neither_deadlock_nor_lose_a_count()
    {
        await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(async writer =>
                {
                    for (var i = 0; i < 10; i++)
                        await Batches.AppendAsync(
                            Some.Batch(Now.AddMinutes(-5 * (i % 3)), count: 5, $"fw-{(writer + i) % 4}"),
                            null,
                            Stop
                        );
                })
        );

        Assert.Equal(1000, await DeniesAsync());
        Assert.Equal(1000, await store.AskAsync<decimal>("SELECT sum(denied) FROM source_slices"));
    }

    [Fact]
    public async Task Lines_repeat_a_batch_of_a_node_that_is_gone_before_its_answer_is_known_to_be_sent()
    {
        await using (var gone = Store.Node(store.ConnectionString))
            await gone.Get<BatchStore>().AppendAsync(Some.Batch(Now, hashes: [1, 2, 2, 3]), null, Stop);

        var repeats = await Batches.FindRepeatsAsync(Some.Sender, [2, 9, 2, 2], Stop);

        // Two of the three equal lines were stored; the third is new.
        Assert.Equal([0, 2], repeats.Positions.Order());
        Assert.Equal([1, 3], Assert.Single(repeats.Remaining).Hashes.Order());
    }

    [Fact]
    public async Task A_batch_sent_again_in_single_lines_is_repeated_line_by_line()
    {
        await using (var gone = Store.Node(store.ConnectionString))
            await gone.Get<BatchStore>().AppendAsync(Some.Batch(Now, hashes: [1, 2, 3]), null, Stop);

        foreach (var line in new long[] { 1, 2, 3 })
        {
            var repeats = await Batches.FindRepeatsAsync(Some.Sender, [line], Stop);
            Assert.Single(repeats.Positions);
            var again = Some.Batch(Now, count: 0, hashes: [line]);
            await Batches.AppendAsync(again, repeats, Stop);
            await Batches.MarkAsync([again.Id], Answer.Sent, Stop);
        }

        Assert.Empty((await Batches.FindRepeatsAsync(Some.Sender, [1, 2, 3], Stop)).Positions);
    }

    [Fact]
    public async Task What_was_answered_and_what_is_being_answered_here_is_never_a_repeat()
    {
        var answered = Some.Batch(Now, hashes: [1]);
        await Batches.AppendAsync(answered, null, Stop);
        await Batches.MarkAsync([answered.Id], Answer.Sent, Stop);
        await Batches.AppendAsync(Some.Batch(Now, hashes: [2]), null, Stop);

        Assert.Empty((await Batches.FindRepeatsAsync(Some.Sender, [1, 2], Stop)).Positions);
    }

    [Fact]
    public async Task An_answer_known_not_to_be_sent_makes_the_next_body_a_repeat()
    {
        var broken = Some.Batch(Now, hashes: [5, 6]);
        await Batches.AppendAsync(broken, null, Stop);
        await Batches.MarkAsync([broken.Id], Answer.NotSent, Stop);

        Assert.Equal(2, (await Batches.FindRepeatsAsync(Some.Sender, [5, 6], Stop)).Positions.Count);
        Assert.Empty((await Batches.FindRepeatsAsync("token:other", [5, 6], Stop)).Positions);
    }

    [Fact]
    public async Task A_sender_of_ever_new_firewall_names_ends_in_one_row_for_the_rest()
    {
        await store.RunAsync(
            "INSERT INTO firewalls (name, first_seen_at) SELECT 'fw ' || n, now() FROM generate_series(1, 10) n"
        );

        await Batches.AppendAsync(Some.Batch(Now, firewall: "fw 3"), null, Stop);

        Assert.Equal(10, await store.AskAsync<long>("SELECT count(*) FROM firewalls"));
    }

    private async Task<decimal> DeniesAsync() => await store.AskAsync<decimal>("SELECT sum(count) FROM all_flows");
}
