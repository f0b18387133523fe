using System.Net;
using Denywatch.Events.Enrichment;
using Denywatch.Events.Exceptions;
using Denywatch.Events.Flows;

namespace Denywatch.Events.Tests.Flows;

public sealed class FlowFolderTests
{
    private static readonly DateTimeOffset Slice = new(2024, 5, 5, 18, 40, 0, TimeSpan.Zero);

    [Fact]
    public void Events_of_one_key_and_slice_are_one_flow()
    {
        var folder = Folder();

        Add(folder, Deny("198.51.100.7", 22), 10);
        Add(folder, Deny("198.51.100.7", 22) with { Count = 4, Packets = 9 }, 200);
        Add(folder, Deny("198.51.100.7", 23), 20);
        Add(folder, Deny("198.51.100.7", 22), 300);

        var flow = folder.Flows.Single(flow => flow.Key.Slice == Slice && flow.Key.DestinationPort == 22);
        Assert.Equal(3, folder.Flows.Count);
        Assert.Equal((5L, 9L), (flow.Count, flow.Packets));
        Assert.Equal((Slice.AddSeconds(10), Slice.AddSeconds(200)), (flow.First, flow.Last));
        Assert.Equal([(short)10, (short)200], flow.Offsets);
        Assert.Equal(["raw", "raw"], flow.Lines);
        Assert.Equal((Direction.Inbound, "fw1"), (flow.Key.Direction, flow.Key.Firewall));
    }

    [Fact]
    public void Only_denied_events_make_flows()
    {
        var folder = Folder();

        Add(folder, Deny("198.51.100.7", 22), 10);
        Add(folder, Deny("198.51.100.7", 22) with { Verdict = Verdict.Allowed }, 61);

        Assert.Equal(1, Assert.Single(folder.Flows).Count);
    }

    [Fact]
    public void Excepted_events_are_flows_of_their_own()
    {
        var scope = new FlowScope { Sources = ["198.51.100.0/24"], Ports = [new(22, 22)] };
        var exceptions = new ExceptionTable(1, [new(7, scope, Slice, Slice.AddMinutes(5))]);
        var folder = new FlowFolder(new Enricher(GeoTables.Empty, SiteTable.Empty), new FlowBudget(), exceptions);

        Add(folder, Deny("198.51.100.7", 22), 10);
        Add(folder, Deny("198.51.100.7", 23), 10);
        Add(folder, Deny("198.51.100.7", 22), 310);

        Assert.Equal(
            [(22, 7, Slice), (23, null, Slice), (22, null, Slice.AddMinutes(5))],
            folder.Flows.Select(f => (f.Key.DestinationPort!.Value, f.Key.ExceptedBy, f.Key.Slice))
        );
    }

    [Fact]
    public void A_role_is_excepted_before_anything_is_folded_and_frozen_in_the_flow()
    {
        var scope = new FlowScope { SourceRoles = ["own scanner"] };
        var exceptions = new ExceptionTable(1, [new(7, scope, Slice, Slice.AddMinutes(5))]);
        var roles = new PrefixTable<string>([new(IPNetwork.Parse("198.51.100.7/32"), "own scanner")]);
        var folder = new FlowFolder(new(GeoTables.Empty, SiteTable.Empty, roles), new FlowBudget(), exceptions);

        Add(folder, Deny("198.51.100.7", 22), 10);
        Add(folder, Deny("198.51.100.8", 22), 10);

        Assert.Equal(
            [("own scanner", 7), (null, null)],
            folder.Flows.Select(flow => (flow.Attributes.SourceRole, flow.Key.ExceptedBy))
        );
    }

    private static string Emoji(int count) => string.Concat(Enumerable.Repeat("🔥", count));

    [Theory]
    [InlineData("fw1", "10.0.0.1", "fw1")]
    [InlineData(null, "10.0.0.1", "10.0.0.1")]
    [InlineData(" ", null, "unknown")]
    public void A_firewall_always_has_a_name(string? observer, string? peer, string name) =>
        Assert.Equal(name, FlowFolder.FirewallOf(Deny("10.0.0.1", 1) with { Observer = observer }, peer));

    [Fact]
    public void A_firewalls_name_is_cut_between_characters() =>
        Assert.Equal(254, FlowFolder.FirewallOf(Deny("10.0.0.1", 1) with { Observer = Emoji(200) }, null).Length);

    [Fact]
    public void Past_the_cap_sources_fold_to_their_network_and_totals_stay_true()
    {
        var folder = Folder(cap: 100);

        for (var i = 0; i < 5000; i++)
            Add(folder, Deny($"198.51.{i / 250}.{i % 250}", 22), i % 300);

        var network = folder.Flows.Single(flow => flow.SourcePrefix == 16);
        Assert.Equal(5000, folder.Flows.Sum(flow => flow.Count));
        Assert.Equal(101, folder.Flows.Count);
        Assert.Equal("198.51.0.0", network.Key.Source?.ToString());
        Assert.InRange(network.SourcesEstimate, 3400, 6400);
    }

    [Fact]
    public void A_source_with_a_large_share_stays_named_past_the_cap()
    {
        var folder = Folder(cap: 100);

        for (var i = 0; i < 5000; i++)
        {
            Add(folder, Deny($"198.51.{i / 250}.{i % 250}", 22), i % 300);
            Add(folder, Deny("203.0.113.9", i), i % 300);
        }

        var named = folder.Flows.Where(flow => flow.Key.Source?.ToString() == "203.0.113.9").Sum(flow => flow.Count);
        Assert.InRange(named, 4900, 5000);
        Assert.Equal(10_000, folder.Flows.Sum(flow => flow.Count));
    }

    [Fact]
    public void However_random_the_traffic_flows_stay_bounded()
    {
        var random = new Random(5);
        var budget = new FlowBudget(flowsPerSlice: 200);
        var keys = new HashSet<FlowKey>();
        var bytes = new byte[8];
        for (var batch = 0; batch < 20; batch++)
        {
            var folder = new FlowFolder(new Enricher(GeoTables.Empty, SiteTable.Empty), budget);
            for (var i = 0; i < 2000; i++)
            {
                random.NextBytes(bytes);
                var read = Deny("10.0.0.1", random.Next(65536)) with
                {
                    Source = new IPAddress(bytes[..4]),
                    Destination = new IPAddress(bytes[4..]),
                };
                Add(folder, read, 1);
            }
            keys.UnionWith(folder.Flows.Select(flow => flow.Key));
            Assert.Equal(2000, folder.Flows.Sum(flow => flow.Count));
        }

        Assert.InRange(keys.Count, 200, 620);
    }

    private static FlowFolder Folder(int cap = FlowBudget.DefaultFlows) =>
        new(new Enricher(GeoTables.Empty, SiteTable.Empty), new FlowBudget(cap));

    private static void Add(FlowFolder folder, FirewallEvent read, int second) =>
        folder.Add(read, Slice.AddSeconds(second), "ecs", "peer", "raw"u8);

    private static FirewallEvent Deny(string source, int port) =>
        new()
        {
            Verdict = Verdict.Denied,
            Source = IPAddress.Parse(source),
            Destination = IPAddress.Parse("10.9.9.9"),
            DestinationPort = port,
            Transport = "tcp",
            Observer = "fw1",
        };
}
