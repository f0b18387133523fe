using System.Text.Json;

namespace Denywatch.Alerting.Tests;

public sealed class AttributionTests
{
    [Fact]
    public void A_share_is_of_the_excess_and_not_of_the_count()
    {
        FlowRow[] current =
        [
            Flows.Flow("203.0.113.1", "198.51.100.1", 22, 100),
            Flows.Flow("203.0.113.2", "198.51.100.1", 22, 60),
        ];
        IReadOnlyList<FlowRow>[] usual =
        [
            [Flows.Flow("203.0.113.1", "198.51.100.1", 22, 80)],
        ];

        var sources = Attribution.Of(current, usual, 1).By(Dimension.Source).Top;

        Assert.Equal(
            [
                new Contributor("203.0.113.2", 60, 0, 60, 0.75, true),
                new Contributor("203.0.113.1", 100, 80, 20, 0.25, false),
            ],
            sources
        );
    }

    [Fact]
    public void Shares_of_every_dimension_sum_to_one()
    {
        var excess = Attribution.Of([.. Flows.Background(), .. Flows.Scan()], Flows.Week(), 1, top: 1_000);

        Assert.All(excess.Dimensions, d => Assert.Equal(1, d.Top.Sum(c => c.Share), 1e-9));
        Assert.Equal(Enum.GetValues<Dimension>(), excess.Dimensions.Select(d => d.Dimension));
    }

    [Fact]
    public void Nothing_above_the_usual_has_no_shares()
    {
        var excess = Attribution.Of(Flows.Background(), [Flows.Background()], 1);

        Assert.Equal(0, excess.Total);
        Assert.All(excess.Dimensions, d => Assert.All(d.Top, c => Assert.Equal(0, c.Share)));
    }

    [Fact]
    public void What_is_typical_is_scaled_to_the_length_of_an_episode()
    {
        FlowRow[] current = [Flows.Flow("203.0.113.1", "198.51.100.1", 22, 100)];
        IReadOnlyList<FlowRow>[] usual =
        [
            [Flows.Flow("203.0.113.1", "198.51.100.1", 22, 20)],
            [],
        ];

        var excess = Attribution.Of(current, usual, bucketsInCurrent: 4);

        Assert.Equal((100, 40, 60), (excess.Count, excess.Typical, excess.Total));
    }

    [Fact]
    public void The_scanner_is_the_headline_of_its_scan()
    {
        var excess = Attribution.Of([.. Flows.Background(), .. Flows.Scan()], Flows.Week(), 1);

        Assert.Equal(Dimension.Source, excess.Headline);
        Assert.Equal(
            ("10.2.3.4", true),
            (excess.By(Dimension.Source).Top[0].Value, excess.By(Dimension.Source).Top[0].IsNew)
        );
        Assert.Equal("10.2.3.0/24", excess.By(Dimension.SourceNetwork).Top[0].Value);
        Assert.Equal("445", excess.By(Dimension.Port).Top[0].Value);
    }

    public static TheoryData<Dimension, string> Headlines =>
        new([
            (Dimension.Rule, "a new rule, many clients, many servers"),
            (Dimension.Port, "many sources and hosts, one port"),
            (Dimension.Destination, "many sources, one host"),
            (Dimension.SourceNetwork, "many sources of one network, all over"),
            (Dimension.Firewall, "one firewall, and nothing else in common"),
        ]);

    [Theory]
    [MemberData(nameof(Headlines))]
    public void The_headline_is_what_the_excess_has_in_common_in_fewest_values(Dimension headline, string excess)
    {
        var flows = Enumerable
            .Range(0, 300)
            .Select(i =>
                excess switch
                {
                    "a new rule, many clients, many servers" => Flows.Flow(
                        $"10.{i % 40}.1.{i % 90}",
                        $"10.9.{i % 7}.{i % 50}",
                        1000 + (i * 37 % 500),
                        5,
                        rule: "deny-new"
                    ),
                    "many sources and hosts, one port" => Flows.Flow(
                        $"{20 + (i % 150)}.{i % 200}.1.1",
                        $"198.51.100.{1 + (i % 100)}",
                        8291,
                        5
                    ),
                    "many sources, one host" => Flows.Flow(
                        $"{20 + (i % 150)}.{i % 200}.1.1",
                        "198.51.100.222",
                        1000 + (i * 37 % 500),
                        5
                    ),
                    "many sources of one network, all over" => Flows.Flow(
                        $"192.0.2.{i % 250}",
                        $"198.51.{i % 60}.{i % 100}",
                        1000 + (i * 37 % 500),
                        5
                    ),
                    _ => Flows.Flow(
                        $"{20 + (i % 150)}.{i % 200}.1.1",
                        $"198.51.{i % 60}.{i % 100}",
                        1000 + (i * 37 % 500),
                        5,
                        rule: $"rule-{i % 60}",
                        firewall: "fw-2"
                    ),
                }
            );

        var found = Attribution.Of([.. Flows.Background(), .. flows], Flows.Week(), 1);

        Assert.Equal(headline, found.Headline);
    }

    [Fact]
    public void What_was_there_in_any_comparable_bucket_is_not_new()
    {
        FlowRow[] current =
        [
            Flows.Flow("203.0.113.1", "198.51.100.1", 22, 500),
            Flows.Flow("203.0.113.2", "198.51.100.1", 22, 500),
        ];
        IReadOnlyList<FlowRow>[] usual =
        [
            [],
            [],
            [Flows.Flow("203.0.113.1", "198.51.100.9", 80)],
        ];

        var sources = Attribution.Of(current, usual, 1).By(Dimension.Source).Top;

        Assert.Equal(
            [("203.0.113.2", true), ("203.0.113.1", false)],
            sources.Select(source => (source.Value, source.IsNew))
        );
    }

    [Fact]
    public void Without_flows_there_is_an_answer_too()
    {
        var excess = Attribution.Of([], [], 1);

        Assert.Equal(LikelyCause.Unclear, Causes.Of(excess).Cause);
        Assert.Equal(
            "0 denies, 0 expected. No flows are at hand: unclear.",
            Sentences.Summary(excess, Causes.Of(excess))
        );
    }

    [Fact]
    public void Evidence_survives_being_stored_as_json()
    {
        var excess = Attribution.Of([.. Flows.Background(), .. Flows.Scan()], Flows.Week(), 1);
        var finding = Causes.Of(excess);

        var excessAgain = JsonSerializer.Deserialize<Excess>(JsonSerializer.Serialize(excess))!;
        var findingAgain = JsonSerializer.Deserialize<CauseFinding>(JsonSerializer.Serialize(finding))!;

        Assert.Equal(JsonSerializer.Serialize(excess), JsonSerializer.Serialize(excessAgain));
        Assert.Equal(Sentences.Summary(excess, finding), Sentences.Summary(excessAgain, findingAgain));
    }

    [Fact]
    public void Evidence_from_before_a_field_was_kept_is_read_without_it()
    {
        var excess = Attribution.Of([.. Flows.Background(), .. Flows.Scan()], Flows.Week(), 1);
        var old = JsonSerializer.SerializeToNode(excess)!;
        foreach (var added in new[] { "EffectiveSources", "SourceKnown", "Repetition", "TopDestinationRate" })
            Assert.True(old["Shape"]!.AsObject().Remove(added));
        foreach (var dimension in old["Dimensions"]!.AsArray())
            Assert.True(dimension!.AsObject().Remove("Sum"));
        var finding = JsonSerializer.SerializeToNode(Causes.Of(excess))!;
        Assert.True(finding.AsObject().Remove("WhatWouldChange"));

        var read = old.Deserialize<Excess>()!;
        var cause = finding.Deserialize<CauseFinding>()!;

        Assert.Equal(
            Sentences.Summary(excess, Causes.Of(excess)),
            Sentences.Summary(read, cause),
            StringComparer.Ordinal
        );
        Assert.Empty(cause.WhatWouldChange);
    }
}
