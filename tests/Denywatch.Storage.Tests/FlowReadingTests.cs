using Denywatch.Testing;

namespace Denywatch.Storage.Tests;

public sealed class FlowReadingTests(PostgresFixture postgres)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 3, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(150)]
    [InlineData(FlowMemory.MostFlows + 1)]
    public async Task Flows_that_are_remembered_are_those_that_are_stored(int eachFirewall)
    {
        await using var store = await Store.NewAsync(postgres);
        await store.Get<Partitions>().EnsureFlowsAsync([Noon], Stop);
        foreach (var firewall in new[] { "fw-1", "fw-2" })
            await store.Get<BatchStore>().AppendAsync(Some.Batch(Noon, 1, firewall), null, Stop);
        await store.RunAsync(
            $"""
            INSERT INTO flows (slice, data_source_id, firewall_id, source, direction, count, sources, first_at, last_at, offsets)
            SELECT '{Noon:O}', id, firewall_id, '10.0.0.0'::inet + i, 0, i, 1, '{Noon:O}', '{Noon:O}', ARRAY[0::smallint]
            FROM data_sources, generate_series(1, {eachFirewall}) i
            """
        );
        var reading = store.Get<FlowReading>();
        var remembered = CountedFlows.Stored with { Memory = new() };

        foreach (var firewall in new int?[] { null, 1, 2, 1 })
        {
            var asked = await reading.BetweenAsync(Noon, Noon + Span, firewall, Stop);
            var known = await reading.BetweenAsync(Noon, Noon + Span, firewall, Stop, remembered);

            Assert.Equal((firewall is null ? 2 : 1) * (eachFirewall + 1), known.Count);
            Assert.Equal(asked.Select(Key).Order(), known.Select(Key).Order());
        }
    }

    private static (string, string?, long) Key(Alerting.FlowRow flow) =>
        (flow.Firewall, flow.Source?.ToString(), flow.Count);
}
