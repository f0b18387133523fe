using Denywatch.Detection;
using Denywatch.Events;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Ui;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace Denywatch.Web.Tests.Explorer;

/// <summary>The address holds the whole picture.</summary>
public sealed class ExplorerViewTests
{
    [Property(MaxTest = 500, Arbitrary = [typeof(SomeViews)])]
    public void Every_view_comes_back_from_its_address(ExplorerView view)
    {
        var back = ExplorerView.Parse(view.ToQuery());

        Assert.Equal(view.Range, back.Range);
        Assert.Equal(view.Filters.OrderBy(filter => filter.IsExcluded), back.Filters);
        Assert.Equal(
            (view.ViewBy, view.LanePage, view.LeastBand, view.ComparesWeek, view.FlowSort, view.FlowText),
            (back.ViewBy, back.LanePage, back.LeastBand, back.ComparesWeek, back.FlowSort, back.FlowText)
        );
        Assert.Equal(view.Chosen, back.Chosen);
        Assert.Equal(view.Second, back.Second);
        Assert.Equal(view, back);
    }

    [Property(MaxTest = 300)]
    public void No_address_is_a_fault(NonNull<string> anything) =>
        Assert.NotNull(ExplorerView.Parse("?range=" + anything.Get + "&only=" + anything.Get + "&at=" + anything.Get));

    [Fact]
    public void What_makes_no_sense_is_left_out()
    {
        var view = ExplorerView.Parse(
            "?range=soon&only=source:10.2.3.999&only=port:445&not=colour:red&by=Nobody&band=none&page=-1&at=24h&sort=7"
        );

        Assert.Equal([ExplorerFilter.Of(FilterField.Port, "445")!], view.Filters);
        Assert.Equal(new ExplorerView { Filters = view.Filters }, view);
    }

    [Fact]
    public void The_first_view_needs_no_query() => Assert.Equal("/explorer", new ExplorerView().ToUrl());

    [Fact]
    public void Values_of_one_field_are_alternatives_and_fields_must_all_hold()
    {
        var view = ExplorerView.Parse(
            "?only=source:10.2.3.0/24&only=source:10.9.0.7&only=port:8000-8100&only=direction:inbound&not=rule:deny%20all&not=source-as:AS64500"
        );

        Assert.Equal("source 10.2.3.0/24 or 10.9.0.7, port 8000-8100, direction inbound", view.Only.ToString());
        Assert.Equal(["firewall rule deny all", "source AS 64500"], view.Exclude.Select(scope => scope.ToString()));
    }

    [Fact]
    public void Excluding_a_value_takes_its_only_away()
    {
        var only = ExplorerFilter.Of(FilterField.Firewall, "fw-edge-1")!;
        var view = new ExplorerView { LanePage = 3 }.With(only);

        var turned = view.With(only with { IsExcluded = true });

        Assert.Equal([only with { IsExcluded = true }], turned.Filters);
        Assert.Equal(0, turned.LanePage);
        Assert.Empty(turned.Without(turned.Filters[0]).Filters);
    }

    [Theory]
    [InlineData(FilterField.Source, "10.2.3.999")]
    [InlineData(FilterField.Port, "100-20")]
    [InlineData(FilterField.Port, "http")]
    [InlineData(FilterField.Direction, "sideways")]
    [InlineData(FilterField.SourceAs, "ASx")]
    [InlineData(FilterField.Rule, "  ")]
    public void A_value_that_its_field_cannot_have_is_no_filter(FilterField kind, string value) =>
        Assert.Null(ExplorerFilter.Of(kind, value));
}

/// <summary>Views as people come to them, with the worst values that a firewall may name.</summary>
public static class SomeViews
{
    private static readonly string[] odd =
    [
        "deny all",
        "a&b=c",
        "100%",
        "x:y:z",
        "50 % + more",
        "\"quoted\" 'too'",
        "{curly}",
        "ünïcödé ☃",
        "#hash?question",
        "back\\slash",
        "<script>",
    ];

    public static Arbitrary<ExplorerView> Views() =>
        (
            from range in Ranges
            from filters in Gen.ListOf(Filters)
            from lanes in Gen.Elements(Enum.GetValues<ViewBy>())
            from page in Gen.Choose(0, 40)
            from band in Gen.Elements(Band.Warning, Band.Minor, Band.Major, Band.Critical)
            from compares in Gen.Elements(true, false)
            from chosen in Gen.OneOf(Gen.Constant<ExplorerCell?>(null), Cells)
            from second in Gen.OneOf(Gen.Constant<ExplorerCell?>(null), Cells)
            from sort in Gen.Elements(Enum.GetValues<FlowSort>())
            from text in Gen.OneOf(Gen.Constant<string?>(null), Gen.Elements<string?>(odd))
            select new ExplorerView
            {
                Range = range,
                Filters = [.. filters.Take(ExplorerView.MostFilters)],
                ViewBy = lanes,
                LanePage = page,
                LeastBand = band,
                ComparesWeek = compares,
                Chosen = chosen,
                Second = second,
                FlowSort = sort,
                FlowText = text,
            }
        ).ToArbitrary();

    private static Gen<DateTimeOffset> Minutes =>
        Gen.Choose(0, 600_000)
            .Select(minute => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(minute));

    private static Gen<TimeRange> Ranges =>
        Gen.OneOf(
            Gen.Choose(1, 400).Select(days => TimeRange.Last(TimeSpan.FromDays(days))),
            Gen.Choose(1, 600).Select(minutes => TimeRange.Last(TimeSpan.FromMinutes(minutes))),
            from start in Minutes
            from length in Gen.Choose(1, 200_000)
            select TimeRange.Between(start, start.AddMinutes(length))
        );

    private static Gen<ExplorerCell?> Cells =>
        from start in Minutes
        from length in Gen.Choose(1, 1440)
        from lane in Gen.OneOf(
            Gen.Constant<string?>(null),
            Gen.Elements<string?>(odd),
            Gen.Elements<string?>("10.2.3.4", "445")
        )
        select (ExplorerCell?)new ExplorerCell(start, start.AddMinutes(length), lane);

    private static Gen<ExplorerFilter> Filters =>
        from kind in Gen.Elements(Enum.GetValues<FilterField>())
        from value in ValuesOf(kind)
        from excludes in Gen.Elements(true, false)
        select ExplorerFilter.Of(kind, value, excludes)!;

    private static Gen<string> ValuesOf(FilterField kind) =>
        kind switch
        {
            FilterField.Source or FilterField.Destination => Gen.Elements(
                "10.2.3.4",
                "10.2.0.0/16",
                "2001:db8::1",
                "2001:db8::/32"
            ),
            FilterField.Port => Gen.Choose(0, 65_535).Select(port => $"{port}"),
            FilterField.Direction => Gen.Elements(Enum.GetNames<Direction>()),
            FilterField.SourceAs or FilterField.DestinationAs => Gen.Choose(1, 400_000).Select(number => $"AS{number}"),
            _ => Gen.Elements(odd),
        };
}
