using Denywatch.Detection;

namespace Denywatch.Alerting.Tests;

/// <summary>Why a bucket did not alert, with the distance.</summary>
public sealed class WhyNotTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 3, 14, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);
    private static readonly RuleSettings Rule = new(75, 100, 25, 3);

    [Theory]
    [InlineData(62, 200, 20, 241L, "Score 62, the rule asks for 75: 41 more denies would have crossed.")]
    [InlineData(74.9, 200, 20, 201L, "Score 74, the rule asks for 75: 1 more deny would have crossed.")]
    [InlineData(
        0,
        200,
        210,
        260L,
        "No more than usual (200 denies, 210 expected): score 0, the rule asks for 75: 60 more denies would have crossed."
    )]
    [InlineData(
        62,
        200,
        20,
        null,
        "Score 62, the rule asks for 75: how many denies that is cannot be said, for the model of that time is not kept."
    )]
    [InlineData(62, 200, 20, long.MaxValue, "Score 62, the rule asks for 75: no count reaches it.")]
    [InlineData(
        62,
        200,
        20,
        180L,
        "Score 62, the rule asks for 75: judged once more today it would reach it, for the model has learnt since."
    )]
    [InlineData(80, 80, 20, 50L, "80 denies, the rule asks for at least 100: 20 more denies would have crossed.")]
    [InlineData(80, 118, 100, 50L, "Excess 18, the rule asks for 25: 7 more denies would have crossed.")]
    [InlineData(
        80,
        200,
        80,
        50L,
        "2.5 times what is expected, the rule asks for 3: 40 more denies would have crossed."
    )]
    public void Each_condition_that_is_not_met_says_how_far_it_was(
        double score,
        double actual,
        double typical,
        long? countToReach,
        string sentence
    )
    {
        var reasons = WhyNot.Of(Scored(score, actual, typical), On() with { CountToReach = countToReach });

        Assert.Equal(sentence, reasons[0].Sentence);
    }

    [Theory]
    [InlineData(
        0,
        "Above the line only together with the buckets before it, within the band by itself, the rule asks for 4 in a row."
    )]
    [InlineData(1, "Above the line for 1 bucket, the rule asks for 4 in a row.")]
    [InlineData(3, "Above the line for 3 buckets in a row, the rule asks for 4 in a row.")]
    public void An_excess_that_did_not_last_says_how_long_it_did(int inRow, string sentence)
    {
        var rule = On() with { Settings = Rule with { Duration = 4 }, InRow = inRow };

        var reason = Assert.Single(WhyNot.Of(Scored(80, 200, 20), rule));

        Assert.Equal((WhyNotKind.Duration, sentence), (reason.Kind, reason.Sentence));
    }

    [Fact]
    public void A_rule_of_another_sensitivity_says_where_its_line_is()
    {
        var rule = On() with { Settings = Rule with { Sensitivity = 0.15 }, CountToReach = 241 };

        var reason = Assert.Single(WhyNot.Of(Scored(77, 200, 20), rule));

        Assert.Equal(
            "Score 77, the rule asks for 79.2 (75 at 0.15 false alarms a year): 41 more denies would have crossed.",
            reason.Sentence
        );
    }

    [Fact]
    public void The_decisive_reason_comes_first_and_the_others_follow()
    {
        var bucket = Scored(62, 30, 12) with { Revision = 1, Earlier = new(91, "late data") };
        var rule = On() with { CountToReach = 71, Switches = [new(Start.AddDays(-9), true), Off(Start.AddHours(-1))] };

        var reasons = WhyNot.Of(bucket, rule);

        Assert.Equal(
            [
                WhyNotKind.Score,
                WhyNotKind.Floor,
                WhyNotKind.Excess,
                WhyNotKind.Ratio,
                WhyNotKind.Rescored,
                WhyNotKind.RuleOff,
            ],
            reasons.Select(reason => reason.Kind)
        );
        Assert.Equal([41L, 70, 7, 6, null, null], reasons.Select(reason => reason.More));
        Assert.Equal((62, 75), (reasons[0].Reached, reasons[0].Asked));
        Assert.Equal("Its score was 91 until it was scored again because of late data.", reasons[4].Sentence);
    }

    [Fact]
    public void What_was_left_out_is_decisive_where_the_rest_would_have_alerted_with_it()
    {
        var bucket = Scored(2, 210, 200) with { Subtracted = [new("exception 3 (nightly scanner)", 1204)] };

        var decisive = WhyNot.Of(bucket with { WithSubtracted = Record(88.4, 1414, 200) }, On());
        var beside = WhyNot.Of(bucket with { WithSubtracted = Record(71, 1414, 200) }, On());
        var two = WhyNot.Of(bucket with { Subtracted = [new("exception 3 (a)", 1), new("exception 4 (b)", 2)] }, On());

        Assert.Equal(
            "1,204 denies were left out by exception 3 (nightly scanner); with them the score would have been 88.",
            decisive[0].Sentence
        );
        Assert.Equal(WhyNotKind.Score, decisive[1].Kind);
        Assert.Equal(WhyNotKind.Score, beside[0].Kind);
        Assert.EndsWith(
            "would have been 71, and the rule would ask for more still.",
            beside[^1].Sentence,
            StringComparison.Ordinal
        );
        Assert.Equal("3 denies were left out: 1 by exception 3 (a), 2 by exception 4 (b).", two[^1].Sentence);
    }

    [Theory]
    [InlineData("on", null)]
    [InlineData("on off@-60", "The rule is off since 3 Nov 13:00 UTC, switched off by ana: noise.")]
    [InlineData("on off@-60 on@-30", null)]
    [InlineData(
        "on off@-60 on@5",
        "The rule was off from 3 Nov 13:00 UTC to 3 Nov 14:05 UTC, switched off by ana: noise."
    )]
    [InlineData("on off@5", "The rule is off since 3 Nov 14:05 UTC, switched off by ana: noise.")]
    [InlineData(
        "on off@5 on@7",
        "The rule was off from 3 Nov 14:05 UTC to 3 Nov 14:07 UTC, switched off by ana: noise."
    )]
    [InlineData("on off@60", null)]
    [InlineData("off on@60", "The rule was off from 25 Oct 14:00 UTC to 3 Nov 15:00 UTC.")]
    [InlineData("late", "The rule was not on yet: it is since 3 Nov 14:30 UTC.")]
    public void What_counts_is_how_the_rule_stood_at_the_buckets_time(string turns, string? sentence)
    {
        List<RuleSwitch> switches =
        [
            .. turns
                .Split(' ')
                .Select(turn =>
                    turn switch
                    {
                        "on" => new RuleSwitch(Start.AddDays(-9), true),
                        "off" => new RuleSwitch(Start.AddDays(-9), false),
                        "late" => new RuleSwitch(Start.AddMinutes(30), true),
                        _ => turn.Split('@') is [var to, var at] && to == "off"
                            ? Off(Start.AddMinutes(int.Parse(at, null)))
                            : new RuleSwitch(
                                Start.AddMinutes(int.Parse(turn.Split('@')[1], null)),
                                true,
                                "ben",
                                "quiet again"
                            ),
                    }
                ),
        ];

        var reasons = WhyNot.Of(Scored(90, 900, 20), On() with { Switches = switches });

        Assert.Equal(sentence, reasons.SingleOrDefault(reason => reason.Kind == WhyNotKind.RuleOff)?.Sentence);
    }

    [Fact]
    public void A_rule_that_was_off_when_a_re_score_took_the_bucket_above_the_line_raised_nothing()
    {
        var bucket = Scored(90, 900, 20) with { Revision = 1, ScoredAt = Start.AddHours(5) };
        var rule = On() with { Switches = [new(Start.AddDays(-9), true), Off(Start.AddHours(4))] };

        Assert.Equal(WhyNotKind.RuleOff, Assert.Single(WhyNot.Of(bucket, rule)).Kind);
    }

    [Fact]
    public void Without_a_count_or_a_history_nothing_else_is_asked_of_the_rule()
    {
        var silent = new Silence("fw-1", [], Start.AddHours(-1), Start.AddHours(2));
        var down = silent with { IntakeDown = [(Start.AddMinutes(2), Start.AddMinutes(12))] };
        var missing = Scored(0, 0, 20) with { Record = Record(0, null, 20) };

        Assert.Equal(
            "Learning: 5 of 12 comparable buckets.",
            Only(Scored(0, 20, 20) with { Record = Record(0, 20, 20) with { IsLearning = true }, Comparable = 5 })
        );
        Assert.Equal(
            "Missing, not zero: no line of any verdict came from fw-1 since 3 Nov 13:00 UTC until 3 Nov 16:00 UTC.",
            Only(missing with { Silence = silent })
        );
        Assert.Equal(
            "Missing, not zero: no node took events in from 3 Nov 14:02 UTC to 3 Nov 14:12 UTC, 66 % of the bucket.",
            Only(missing with { Silence = down })
        );
        Assert.Equal("It waits.", Only(missing with { Record = null, Unscored = "It waits." }));

        static string Only(WhyNotBucket bucket) => Assert.Single(WhyNot.Of(bucket, On())).Sentence;
    }

    [Fact]
    public void A_bucket_that_an_alert_tells_says_only_why_it_went_unnoticed()
    {
        var bucket = Scored(2, 20, 20);

        Assert.Empty(WhyNot.Of(bucket, On() with { Alert = new(7) }));
        Assert.Equal(
            [WhyNotKind.FoundLate, WhyNotKind.Storm],
            WhyNot.Of(bucket, On() with { Alert = new(7, IsFoundLate: true, StormId: 3) }).Select(reason => reason.Kind)
        );
        Assert.NotEmpty(WhyNot.Of(bucket, On() with { Alert = new(7, IsVanished: true) }));
    }

    [Fact]
    public void Above_the_line_and_untold_it_is_a_finding_or_the_rule_asks_for_less_since()
    {
        var bucket = Scored(90, 900, 20);

        Assert.Equal(
            WhyNotKind.Finding,
            Assert.Single(WhyNot.Of(bucket with { ScoredAt = Start.AddDays(3) }, On())).Kind
        );
        Assert.Equal(WhyNotKind.RuleChanged, Assert.Single(WhyNot.Of(bucket, On())).Kind);
        Assert.Equal(WhyNotKind.Unscored, Assert.Single(WhyNot.Of(bucket with { IsOpen = true }, On())).Kind);
    }

    [Fact]
    public void An_open_bucket_says_how_far_it_still_is()
    {
        var reasons = WhyNot.Of(Scored(12, 110, 20) with { IsOpen = true }, On() with { CountToReach = 151 });

        Assert.Equal("Score 12 so far, the rule asks for 75: 41 more denies cross.", reasons[0].Sentence);
    }

    private static WhyNotRule On() => new(Rule, [new(Start.AddDays(-9), true)], 300);

    private static RuleSwitch Off(DateTimeOffset at) => new(at, false, "ana", "noise.");

    private static WhyNotBucket Scored(double score, double actual, double typical) =>
        new(Start, Quarter, Record(score, actual, typical))
        {
            JudgedAt = Start + Quarter + TimeSpan.FromSeconds(45),
            ScoredAt = Start + Quarter + TimeSpan.FromSeconds(50),
        };

    private static AnomalyRecord Record(double score, double? actual, double typical) =>
        new(Start, actual, typical, 0, 2 * typical, 0.01, score, IsLearning: false);
}
