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
}
