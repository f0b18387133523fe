using Denywatch.Web.Ui;

namespace Denywatch.Web.Tests.Ui;

public class WordsTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.44, "0.4")]
    [InlineData(999, "999")]
    [InlineData(999.6, "1.0 k")]
    [InlineData(4312, "4.3 k")]
    [InlineData(999_949, "999.9 k")]
    [InlineData(1_234_567, "1.2 M")]
    [InlineData(-4312, "-4.3 k")]
    public void A_compact_number_has_three_digits_or_so(double value, string words) =>
        Assert.Equal(words, Numbers.Compact(value).Replace('\u202f', ' '));

    [Theory]
    [InlineData(4312, 610, "7.1x")]
    [InlineData(5000, 2, "2,500x")]
    [InlineData(3, 0.2, null)]
    public void A_ratio_is_not_made_of_next_to_nothing(double actual, double typical, string? words) =>
        Assert.Equal(words, Numbers.Ratio(actual, typical));

    [Theory]
    [InlineData(0, "0 %")]
    [InlineData(0.0004, "< 0.1 %")]
    [InlineData(0.004, "0.4 %")]
    [InlineData(0.83, "83 %")]
    public void A_share_is_never_rounded_to_nothing(double share, string words) =>
        Assert.Equal(words, Numbers.Percent(share).Replace('\u202f', ' '));

    [Theory]
    [InlineData("2026-11-03T09:05:00Z", "09:05")]
    [InlineData("2026-11-02T09:05:00Z", "Mon 09:05")]
    [InlineData("2026-10-20T09:05:00Z", "20 Oct 09:05")]
    [InlineData("2025-10-20T09:05:00Z", "2025-10-20 09:05")]
    public void A_time_says_as_much_of_its_date_as_is_needed(string at, string words) =>
        Assert.Equal(words, Times.Compact(DateTimeOffset.Parse(at, null), new(2026, 11, 3, 14, 0, 0, TimeSpan.Zero)));

    [Theory]
    [InlineData(0.2, "under 1 s")]
    [InlineData(45, "45 s")]
    [InlineData(900, "15 min")]
    [InlineData(11_100, "3 h 05")]
    [InlineData(400_000, "4 d")]
    public void A_length_has_its_biggest_unit(double seconds, string words) =>
        Assert.Equal(words, Times.Length(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void The_exact_time_names_its_zone_and_utc() =>
        Assert.Equal(
            "2026-11-03 15:05:00 +01:00 (Europe/Berlin) = 2026-11-03 14:05:00 UTC",
            Times.Exact(new(2026, 11, 3, 14, 5, 0, TimeSpan.Zero), TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"))
        );

    [Theory]
    [InlineData("24h", "Last 24 h", "24h")]
    [InlineData("7d", "Last 7 d", "7d")]
    [InlineData("90m", "Last 90 min", "90m")]
    [InlineData("2026-11-01T08:00Z--2026-11-01T12:00Z", "1 Nov 08:00 – 12:00", null)]
    [InlineData(
        "2026-11-02T12:00Z--2026-11-01T08:00Z",
        "1 Nov 08:00 – 2 Nov 12:00",
        "2026-11-01T08:00Z--2026-11-02T12:00Z"
    )]
    public void A_range_survives_the_address(string text, string words, string? back)
    {
        var range = TimeRange.Parse(text);

        Assert.Equal(range, TimeRange.Parse(range?.ToString()));
        Assert.Equal(back ?? text, range?.ToString());
        if (!text.EndsWith('m'))
            Assert.Equal(words, range?.Words(TimeZoneInfo.Utc));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0h")]
    [InlineData("-3h")]
    [InlineData("99999d")]
    [InlineData("tomorrow")]
    [InlineData("2026-11-01--2026-11-02")]
    public void What_is_no_range_is_none(string? text) => Assert.Null(TimeRange.Parse(text));
}
