using System.Net;
using Denywatch.Alerting;
using Denywatch.Events;
using Denywatch.Testing;

namespace Denywatch.Storage.Tests;

/// <summary>An incident's flows are found in the database by the names that attribution gives their carriers.</summary>
public sealed class IncidentExcessTests(PostgresFixture postgres)
{
    private static readonly DateTimeOffset Start = new(2026, 11, 3, 14, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Carriers_of_every_dimension_mean_the_same_flows_in_code_and_in_the_database()
    {
        await using var store = await Store.NewAsync(postgres);
        var random = new Random(20261126);
        await store
            .Get<BatchStore>()
            .AppendAsync(
                new()
                {
                    Sender = "token:test",
                    ReceivedAt = DateTimeOffset.UtcNow,
                    Flows = [.. Enumerable.Range(0, 300).Select(i => FlowAtRandom(random, i))],
                    Tallies = [],
                },
                null,
                Stop
            );
        var flows = await store.Get<FlowReading>().BetweenAsync(Start, Start + Quarter, null, Stop);
        Assert.Equal(300, flows.Count);

        await using var connection = await store.Source.OpenConnectionAsync(Stop);
        foreach (var dimension in Enum.GetValues<Dimension>())
        {
            var values = flows.Select(flow => Attribution.ValueOf(flow, dimension)).Distinct().ToList();
            var carriers = new Carriers(dimension, [.. values.Where((_, i) => i % 2 == 0)]);
            var incident = new ConfirmedIncident(1, Start, Start + Quarter, Quarter, null, carriers, null);

            var excess = await IncidentExcess.OfAsync(connection, incident, [], CountedFlows.Stored, Stop);

            Assert.True(values.Count > 1, $"{dimension}");
            Assert.Equal(carriers.Among(flows).Sum(flow => flow.Count), excess.Sum(slice => slice.Excess), 1e-6);
        }
    }

    private static DenyFlow FlowAtRandom(Random random, int i)
    {
        var at = Start.AddMinutes(5 * random.Next(3));
        var port = random.Next(4) == 0 ? (int?)null : random.Next(1, 30);
        var key = new FlowKey(
            at,
            $"fw-{random.Next(3)}",
            AddressAtRandom(random),
            AddressAtRandom(random),
            port,
            port is null ? new[] { "icmp", null }[random.Next(2)] : "tcp",
            new[] { "deny-all", "it's; --", null }[random.Next(3)],
            Direction.Inbound
        );
        var flow = new DenyFlow(
            key,
            new(
                new[] { "DE", "US", null }[random.Next(3)],
                random.Next(3) == 0 ? null : random.Next(1, 9),
                new[] { "FR", null }[random.Next(2)],
                random.Next(3) == 0 ? null : random.Next(1, 9),
                null
            ),
            "ecs"
        );
        flow.Add(at.AddSeconds(i % 300), 1 + random.Next(50), null, "a line");
        return flow;
    }

    private static IPAddress? AddressAtRandom(Random random) =>
        random.Next(5) switch
        {
            0 => null,
            1 => IPAddress.Parse($"2001:db8:{random.Next(3)}::{random.Next(9):x}"),
            _ => IPAddress.Parse($"198.51.{random.Next(4)}.{random.Next(9)}"),
        };
}
