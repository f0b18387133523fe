namespace Denywatch.Alerting.Tests;

public sealed class SentencesTests
{
    private static readonly Excess Scan = Attribution.Of([.. Flows.Background(), .. Flows.Scan()], Flows.Week(), 1);

    [Fact]
    public void The_sentence_says_how_many_how_many_expected_who_and_what() =>
        Assert.Equal(
            "1,124 denies, 120 expected (9.4x). 99 % of the excess is 10.2.3.4 to port 445 on 251 hosts: horizontal scan (T1046).",
            Sentences.Summary(Scan, Causes.Of(Scan))
        );

    [Fact]
    public void What_the_model_expected_goes_before_the_mean_of_comparable_buckets() =>
        Assert.StartsWith(
            "1,124 denies, 610 expected (1.8x).",
            Sentences.Summary(Scan, Causes.Of(Scan), 610),
            StringComparison.Ordinal
        );

    [Fact]
    public void The_title_names_the_one_who_does_it() =>
        Assert.Equal("Horizontal scan by 10.2.3.4 on port 445, 251 hosts", Sentences.Title(Scan, Causes.Of(Scan)));

    [Theory]
    [InlineData(40, 0.2, "40 denies, 0.2 expected")]
    [InlineData(4312, 610, "4,312 denies, 610 expected (7.1x)")]
    public void A_factor_of_next_to_nothing_is_not_told(double actual, double expected, string text) =>
        Assert.Equal(text, Sentences.Counts(actual, expected));
}
