using System.Net;
using Denywatch.Events;
using Denywatch.Events.Exceptions;
using Denywatch.Events.Maintenance;
using Denywatch.Testing;

namespace Denywatch.Storage.Tests;

/// <summary>What is asked at intake in C# and later in SQL is one question.</summary>
public sealed class ScopeSqlTests(PostgresFixture postgres)
{
    private static readonly DateTimeOffset Start = new(2026, 10, 24, 18, 0, 0, TimeSpan.Zero);
    private static readonly string?[] Rules = ["deny-all", "it's; --", null];
    private static readonly string?[] Countries = ["DE", "US", null];
    private static readonly string?[] Roles = ["own scanner", "it's a server", null];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Scopes_at_random_mean_the_same_flows_in_code_and_in_the_database()
    {
        await using var store = await Store.NewAsync(postgres);
        var random = new Random(20261125);
        var flows = Enumerable.Range(0, 400).Select(i => FlowAtRandom(random, i)).ToList();
        await AppendAsync(store, flows);

        var meant = 0;
        for (var round = 0; round < 150; round++)
        {
            var scope = ScopeAtRandom(random);
            var (matcher, sql) = (new ScopeMatcher(scope), new ScopeSql());
            var expected = flows
                .Where(flow => matcher.Matches(flow.Key, flow.Attributes, flow.Integration))
                .Select(flow => flow.Count)
                .Order();

            await using var connection = await store.Source.OpenConnectionAsync(Stop);
            var found = await connection.RowsAsync(
                $"SELECT count FROM all_flows f WHERE {sql.Matches(scope)} AND {sql.Near(scope)} ORDER BY 1",
                row => row.GetInt64(0),
                Stop,
                [.. sql.Parameters]
            );

            Assert.Equal(expected, found);
            meant += found.Count;
        }
        Assert.InRange(meant, 1000, 150 * 400);
    }

    [Fact]
    public async Task Windows_at_random_are_in_force_for_the_same_flows_in_code_and_in_the_database()
    {
        await using var store = await Store.NewAsync(postgres);
        var random = new Random(5545);
        var flows = Enumerable.Range(0, 400).Select(i => FlowAtRandom(random, i)).ToList();
        await AppendAsync(store, flows);

        var meant = 0;
        for (var round = 0; round < 150; round++)
        {
            var (from, until) = (Start.AddHours(random.Next(-24, 6)), Start.AddHours(random.Next(30, 60)));
            var schedule = ScheduleAtRandom(random);
            var window = new ActiveException(7, ScopeAtRandom(random), from, until, schedule.CalendarOf(from, until));
            var (table, sql) = (new ExceptionTable(1, [window]), new ScopeSql());
            var expected = flows
                .Where(flow => table.Excepting(flow.Key, flow.Attributes, flow.Integration) == 7)
                .Select(flow => flow.Count)
                .Order();

            await using var connection = await store.Source.OpenConnectionAsync(Stop);
            var found = await connection.RowsAsync(
                $"SELECT count FROM all_flows f WHERE {sql.Excepting([window])} = 7 ORDER BY 1",
                row => row.GetInt64(0),
                Stop,
                [.. sql.Parameters]
            );

            Assert.Equal(expected, found);
            meant += found.Count;
        }
        Assert.InRange(meant, 500, 150 * 400);
    }

    /// <summary>In the nights of October when the clock is moved, mostly.</summary>
    private static Schedule ScheduleAtRandom(Random random) =>
        new()
        {
            Name = "window",
            Start = new(2026, 10, random.Next(20, 26), random.Next(24), random.Next(60), 0),
            Lasts = new(random.Next(5) == 0 ? 1 : 0, TimeSpan.FromMinutes(random.Next(5, 600))),
            TimeZone = random.Next(2) == 0 ? "Europe/Berlin" : "America/New_York",
            Rule = random.Next(4) switch
            {
                0 => null,
                1 => "FREQ=DAILY",
                2 => "FREQ=HOURLY;INTERVAL=3",
                _ => "FREQ=WEEKLY;BYDAY=SA,SU;BYHOUR=2,14",
            },
        };

    private static async Task AppendAsync(Store store, List<DenyFlow> flows) =>
        await store
            .Get<BatchStore>()
            .AppendAsync(
                new()
                {
                    Sender = "token:test",
                    ReceivedAt = DateTimeOffset.UtcNow,
                    Flows = flows,
                    Tallies = [],
                },
                null,
                Stop
            );

    private static DenyFlow FlowAtRandom(Random random, int number)
    {
        var key = new FlowKey(
            Start.AddMinutes(5 * random.Next(0, 12 * 24 * 2)),
            random.Next(2) == 0 ? "fw-1" : "fw-2",
            AddressAtRandom(random),
            AddressAtRandom(random),
            random.Next(5) == 0 ? null : random.Next(20, 30),
            random.Next(2) == 0 ? "tcp" : "udp",
            Rules[random.Next(3)],
            (Direction)random.Next(0, 4)
        );
        var attributes = new FlowAttributes(
            Countries[random.Next(3)],
            random.Next(3) == 0 ? null : random.Next(1, 4),
            Countries[random.Next(3)],
            null,
            random.Next(2) == 0 ? "berlin" : null,
            Roles[random.Next(3)],
            Roles[random.Next(3)]
        );
        var flow = new DenyFlow(key, attributes, random.Next(2) == 0 ? "ecs" : "cisco_asa");
        flow.Add(key.Slice, number + 1, null, null); // its count is its name
        return flow;
    }

    private static FlowScope ScopeAtRandom(Random random)
    {
        var scope = new FlowScope
        {
            TimeOfDay =
                random.Next(3) == 0 ? new(new(random.Next(24), 15), new(random.Next(24), 40), "Europe/Berlin") : null,
            Directions = Some(random, (Direction)random.Next(0, 4)),
            Sources = Some(random, NetworkAtRandom(random)),
            Destinations = Some(random, NetworkAtRandom(random)),
            Ports = Some(random, new PortRange(22, random.Next(22, 30))),
            Transports = Some(random, "tcp"),
            Firewalls = Some(random, "fw-1"),
            Rules = Some(random, "it's; --"),
            SourceCountries = Some(random, "DE"),
            DestinationCountries = Some(random, "US"),
            SourceAs = Some(random, (long)random.Next(1, 4)),
            Sites = Some(random, "berlin"),
            SourceRoles = Some(random, "own scanner"),
            DestinationRoles = Some(random, "it's a server"),
            Integrations = Some(random, "cisco_asa"),
        };
        return scope.Problem is null ? scope : scope with { Firewalls = ["fw-1"] };
    }

    private static T[] Some<T>(Random random, T value) => random.Next(6) == 0 ? [value] : [];

    private static string NetworkAtRandom(Random random) =>
        random.Next(4) switch
        {
            0 => "10.1.0.0/16",
            1 => "10.1.1.9/24",
            2 => "2001:db8::/32",
            _ => "10.1.1.3",
        };

    private static IPAddress? AddressAtRandom(Random random) =>
        random.Next(6) switch
        {
            0 => null,
            1 => IPAddress.Parse($"2001:db8::{random.Next(1, 9)}"),
            2 => IPAddress.Parse($"192.0.2.{random.Next(1, 9)}"),
            _ => IPAddress.Parse($"10.1.{random.Next(1, 3)}.{random.Next(1, 9)}"),
        };
}
