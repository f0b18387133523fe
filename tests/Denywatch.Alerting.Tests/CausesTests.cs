using System.Net;
using Denywatch.Events;

namespace Denywatch.Alerting.Tests;

public sealed class CausesTests
{
    public static TheoryData<LikelyCause, string> Cases =>
        new([
            (LikelyCause.HorizontalScan, "one source, one port, many hosts"),
            (LikelyCause.VerticalScan, "one source, one host, many ports"),
            (LikelyCause.DistributedScan, "many sources, one port, many hosts"),
            (LikelyCause.Flood, "many sources, one host, one port, very many"),
            (LikelyCause.ApplicationRetry, "one client, one server, again and again"),
            (LikelyCause.NewFirewallRule, "a rule that is new"),
            (LikelyCause.SuspiciousOutbound, "one inside machine to one new place outside, like a clock"),
            (LikelyCause.LateralMovement, "one inside machine to a few others"),
            (LikelyCause.DiscoveryNoise, "multicast"),
        ]);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Each_shape_has_its_cause(LikelyCause cause, string shape)
    {
        var finding = Causes.Of(Attribution.Of([.. Flows.Background(), .. Of(shape)], Flows.Week(), 1));

        Assert.Equal(cause, finding.Cause);
        Assert.InRange(finding.Confidence, 0.5, 1);
        Assert.NotEmpty(finding.Evidence);
        Assert.NotEmpty(finding.Checklist);
    }

    [Fact]
    public void A_feed_that_comes_twice_is_a_logging_change()
    {
        var twice = Flows.Background().Select(f => f with { Count = 6, Offsets = [10, 80, 200, 10, 80, 200] }).ToList();

        Assert.Equal(LikelyCause.LoggingChange, Causes.Of(Attribution.Of(twice, [Flows.Background()], 1)).Cause);
    }

    [Fact]
    public void More_of_everything_is_a_background_rise()
    {
        // The same ports, by many who were not there before.
        var more = Enumerable
            .Range(1, 4)
            .SelectMany(part =>
                Flows.Background(part).Select((f, i) => f with { Source = IPAddress.Parse($"192.0.{part}.{1 + i}") })
            );

        var rise = Attribution.Of([.. Flows.Background(), .. more], Flows.Week(), 1);

        Assert.Equal(LikelyCause.BackgroundRise, Causes.Of(rise).Cause);
    }

    [Fact]
    public void Too_little_to_tell_is_unclear()
    {
        var finding = Causes.Of(Attribution.Of([Flows.Flow("203.0.113.9", "198.51.100.4", 8080, 2)], [], 1));

        Assert.Equal(LikelyCause.Unclear, finding.Cause);
        Assert.NotEmpty(finding.Checklist);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void It_is_said_what_would_make_each_cause_surer_or_another(LikelyCause cause, string shape)
    {
        var finding = Causes.Of(Attribution.Of([.. Flows.Background(), .. Of(shape)], Flows.Week(), 1));

        Assert.Equal(cause, finding.Cause);
        Assert.All(finding.WhatWouldChange, sentence => Assert.Matches("^[A-Z].*\\.$", sentence));
        Assert.Equal(
            finding.RunnerUp is not null,
            finding.WhatWouldChange.Any(s => s.Contains(" if ", StringComparison.Ordinal))
        );
    }

    public static TheoryData<string> Fields => ["source", "destination", "port", "firewall rule"];

    [Theory]
    [MemberData(nameof(Fields))]
    public void A_field_that_the_log_lacks_is_named(string missing)
    {
        var flows = Flows
            .Scan()
            .Select(flow =>
                missing switch
                {
                    "source" => flow with { Source = null },
                    "destination" => flow with { Destination = null },
                    "port" => flow with { DestinationPort = null, Transport = null },
                    _ => flow with { Rule = null },
                }
            );

        var finding = Causes.Of(Attribution.Of([.. Flows.Background(), .. flows], Flows.Week(), 1));

        Assert.Contains(
            finding.WhatWouldChange,
            sentence => sentence.StartsWith($"The {missing} is missing", StringComparison.Ordinal)
        );
        Assert.Equal(missing is "source" or "destination", finding.Cause == LikelyCause.Unclear);
    }

    [Fact]
    public void Counts_alone_have_no_cause_and_say_which_fields_are_missing()
    {
        var counts = Flows.Flow("10.0.0.1", "10.0.0.2", 1, 5000) with
        {
            Source = null,
            Destination = null,
            DestinationPort = null,
            Transport = null,
            Rule = null,
        };

        var finding = Causes.Of(
            Attribution.Of(
                [counts],
                [
                    [counts with { Count = 100 }],
                ],
                1
            )
        );

        Assert.Equal(LikelyCause.Unclear, finding.Cause);
        Assert.Equal(
            ["source", "destination", "port", "firewall rule"],
            finding
                .WhatWouldChange.Where(s => s.Contains(" is missing", StringComparison.Ordinal))
                .Select(s => s[4..s.IndexOf(" is missing", StringComparison.Ordinal)])
        );
    }

    [Fact]
    public void A_known_change_of_the_configuration_is_evidence_for_a_changed_rule_that_kept_its_name()
    {
        var clients = Enumerable
            .Range(0, 40)
            .Select(i => Flows.Flow($"10.1.1.{1 + i % 18}", $"10.9.0.{1 + i % 4}", 25, 15, Direction.Internal));
        var excess = Attribution.Of([.. Flows.Background(), .. clients], Flows.Week(), 1);
        var change = new ConfigurationChange(Flows.Slice.AddMinutes(-5), "policy installed", "ada");

        var unknown = Causes.Of(excess);
        var known = Causes.Of(excess, [change]);

        Assert.NotEqual(LikelyCause.NewFirewallRule, unknown.Cause);
        Assert.Equal(LikelyCause.NewFirewallRule, known.Cause);
        Assert.Contains(known.Evidence, row => row is { Value: "policy installed, by ada", SpeaksFor: true });
    }

    private static IEnumerable<FlowRow> Of(string shape) =>
        shape switch
        {
            "one source, one port, many hosts" => Flows.Scan(),
            "one source, one host, many ports" => Enumerable
                .Range(1, 400)
                .Select(i => Flows.Flow("192.0.2.9", "198.51.100.30", 1000 + i, 2)),
            "many sources, one port, many hosts" => Enumerable
                .Range(0, 300)
                .Select(i => Flows.Flow($"192.0.2.{1 + i % 200}", $"198.51.100.{1 + i % 90}", 8291, 2)),
            "many sources, one host, one port, very many" => Enumerable
                .Range(0, 50)
                .Select(i => Flows.Flow($"192.0.2.{1 + i}", "198.51.100.30", 443, 120)),
            "one client, one server, again and again" =>
            [
                Flows.Flow("10.1.1.7", "10.9.0.5", 1521, 600, Direction.Internal, offsets: [1, 3, 8, 9, 15, 16, 30]),
            ],
            "a rule that is new" => Enumerable
                .Range(0, 40)
                .Select(i =>
                    Flows.Flow(
                        $"10.1.1.{1 + i % 18}",
                        $"10.9.0.{1 + i % 4}",
                        25,
                        15,
                        Direction.Internal,
                        "deny-legacy-smtp"
                    )
                ),
            "one inside machine to one new place outside, like a clock" =>
            [
                Flows.Flow(
                    "10.1.1.7",
                    "192.0.2.66",
                    8443,
                    60,
                    Direction.Outbound,
                    offsets: [0, 20, 40, 61, 80, 100, 120, 141]
                ),
            ],
            "one inside machine to a few others" => Enumerable
                .Range(0, 12)
                .Select(i => Flows.Flow("10.1.1.7", $"10.9.0.{1 + i}", 3389, 20, Direction.Internal)),
            _ => Enumerable
                .Range(0, 3)
                .Select(i => Flows.Flow($"10.1.1.{7 + i}", "224.0.0.251", 5353, 90, Direction.Internal)),
        };
}
