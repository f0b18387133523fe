namespace Denywatch.Alerting.Tests;

/// <summary>What of an incident's counts is its own.</summary>
public sealed class ConfirmedExcessTests
{
    private static readonly DateTimeOffset Start = new(2026, 11, 3, 14, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    [Fact]
    public void It_is_what_carriers_have_above_their_own_usual_by_slices_as_they_came()
    {
        var excess = Of([Now(0, "a", 600), Now(1, "a", 300), Now(2, "a", 100), Now(3, "a", 90)], Days("a", 100));

        Assert.Equal([540, 270, 90], excess.Select(slice => Math.Round(slice.Excess, 6)));
        Assert.Equal([0, 5, 10], excess.Select(slice => (slice.Slice - Start).TotalMinutes));
    }

    [Fact]
    public void A_carrier_that_is_new_is_excess_wholly_and_never_more_than_its_count()
    {
        var excess = Of([Now(0, "new", 500)], Days("a", 100));

        Assert.Equal(new SliceExcess(Start, 1, 500), Assert.Single(excess));
    }

    [Fact]
    public void Where_a_carrier_only_strays_as_by_chance_it_is_background()
    {
        var excess = Of([Now(0, "a", 115), Now(0, "a", 900, firewall: 2)], [.. Days("a", 100), .. Days("a", 100, 2)]);

        Assert.Equal((2, 800), (Assert.Single(excess).FirewallId, excess[0].Excess));
    }

    [Fact]
    public void A_bucket_without_denies_is_a_zero_and_one_with_another_incident_no_measure()
    {
        List<CarriedCount> usual = [Usual(1, "a", 9000)];
        ComparableBucket[] comparable =
        [
            new(Start.AddDays(-1), 1, IsQuiet: false),
            new(Start.AddDays(-2), 1, IsQuiet: true),
            new(Start.AddDays(-3).AddHours(3), 1, IsQuiet: true),
        ];

        var first = ConfirmedExcess.Of(Start, Quarter, [Now(0, "a", 10_000)], usual, comparable, _ => 0);
        var only = ConfirmedExcess.Of(Start, Quarter, [Now(0, "a", 10_000)], usual, comparable[..1], _ => 0);

        Assert.Equal(10_000, Assert.Single(first).Excess);
        Assert.Equal(1000, Assert.Single(only).Excess);
    }

    [Fact]
    public void What_another_incident_claims_first_is_not_taken_twice_and_only_while_that_lasts()
    {
        CarriedCount[] now =
        [
            Now(0, "a", 500) with
            {
                Others = 1,
            },
            Now(0, "a", 300),
            Now(3, "a", 500) with
            {
                Others = 1,
            },
        ];

        var excess = ConfirmedExcess.Of(Start, Quarter, now, [], [], bucket => bucket == Start ? 1 : 0);

        Assert.Equal([300, 500], excess.Select(slice => slice.Excess));
    }

    private static IReadOnlyList<SliceExcess> Of(CarriedCount[] now, CarriedCount[] usual) =>
        ConfirmedExcess.Of(
            Start,
            Quarter,
            now,
            usual,
            [
                .. from firewall in new[] { 1, 2 }
                from day in Enumerable.Range(1, 14)
                from bucket in new[] { 0, 1 }
                select new ComparableBucket(Start.AddDays(-day) + (bucket * Quarter), firewall, IsQuiet: true),
            ],
            _ => 0
        );

    /// <summary>The same count on each of 14 days, in two buckets.</summary>
    private static CarriedCount[] Days(string value, long count, int firewall = 1) =>
        [
            .. from day in Enumerable.Range(1, 14)
            from bucket in new[] { 0, 1 }
            select new CarriedCount(Start.AddDays(-day) + (bucket * Quarter), firewall, value, 0, count),
        ];

    private static CarriedCount Now(int slice, string value, long count, int firewall = 1) =>
        new(Start.AddMinutes(5 * slice), firewall, value, 0, count);

    private static CarriedCount Usual(int day, string value, long count) =>
        new(Start.AddDays(-day), 1, value, 0, count);
}
