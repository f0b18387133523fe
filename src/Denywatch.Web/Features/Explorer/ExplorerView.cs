using System.Globalization;
using Denywatch.Detection;
using Denywatch.Events.Exceptions;
using Denywatch.Web.Ui;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;

namespace Denywatch.Web.Features.Explorer;

/// <summary>A chosen cell: a stretch of time, of a lane or of everything.</summary>
/// <param name="Lane">Value of the lane; null for the line above the lanes.</param>
public sealed record ExplorerCell(DateTimeOffset From, DateTimeOffset To, string? Lane = null);

/// <summary>
/// What the explorer shows, all of it: the address holds it, so a link shows a colleague the same picture. Two views are
/// the same if their addresses are.
/// </summary>
public sealed record ExplorerView
{
    public const string Path = "/explorer";

    /// <summary>Filters that one address may hold; the API refuses no more than a page can show.</summary>
    public const int MostFilters = 24;

    public TimeRange Range { get; init; } = TimeRange.LastDay;
    public IReadOnlyList<ExplorerFilter> Filters { get; init; } = [];
    public ViewBy ViewBy { get; init; }

    /// <summary>Page of lanes, from 0.</summary>
    public int LanePage { get; init; }

    /// <summary>Anomalies below it are not marked.</summary>
    public Band LeastBand { get; init; } = Band.Warning;

    /// <summary>Draws the same time a week before.</summary>
    public bool ComparesWeek { get; init; }

    public ExplorerCell? Chosen { get; init; }

    /// <summary>The cell that the chosen one is compared with.</summary>
    public ExplorerCell? Second { get; init; }

    public FlowSort FlowSort { get; init; }

    /// <summary>Part of an address, port, firewall or rule that listed flows have.</summary>
    public string? FlowText { get; init; }

    /// <summary>Traffic that is looked at: one of the values in every field that a filter names.</summary>
    public FlowScope Only => ExplorerFilter.Only(Filters);

    /// <summary>Traffic that is left out: any of these.</summary>
    public IReadOnlyList<FlowScope> Exclude =>
        [.. Filters.Where(filter => filter.IsExcluded).Select(filter => filter.Scope)];

    public TrafficFilter Filter => new(Only, Exclude);

    public bool Equals(ExplorerView? other) => other is not null && ToQuery() == other.ToQuery();

    public override int GetHashCode() => ToQuery().GetHashCode(StringComparison.Ordinal);

    /// <summary>The same view with one filter more; a value that was excluded before is not any more, or the other way.</summary>
    public ExplorerView With(ExplorerFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        var others = Filters.Where(other => other with { IsExcluded = filter.IsExcluded } != filter);
        return this with { Filters = [.. others.Take(MostFilters - 1), filter], LanePage = 0 };
    }

    /// <summary>The same view with other lanes; a chosen cell stays, of the line.</summary>
    public ExplorerView By(ViewBy by) =>
        this with
        {
            ViewBy = by,
            LanePage = 0,
            Chosen = Chosen is null ? null : Chosen with { Lane = null },
            Second = Second is null ? null : Second with { Lane = null },
        };

    public ExplorerView Without(ExplorerFilter filter) =>
        this with
        {
            Filters = [.. Filters.Where(other => other != filter)],
            LanePage = 0,
        };

    /// <summary>Reads the query of an address; what makes no sense is left out.</summary>
    public static ExplorerView Parse(string query)
    {
        var values = QueryHelpers.ParseQuery(query);
        return new()
        {
            Range = TimeRange.Parse(Text("range")) ?? TimeRange.LastDay,
            Filters = [.. FiltersOf("only", false).Concat(FiltersOf("not", true)).Take(MostFilters)],
            ViewBy = Word<ViewBy>("by"),
            LanePage = int.TryParse(Text("page"), NumberStyles.None, CultureInfo.InvariantCulture, out var page)
                ? page
                : 0,
            LeastBand =
                Enum.TryParse<Band>(Text("band"), ignoreCase: true, out var band)
                && band is >= Band.Warning and <= Band.Critical
                    ? band
                    : Band.Warning,
            ComparesWeek = Text("compare") == "week",
            Chosen = CellOf("at", "lane"),
            Second = CellOf("at2", "lane2"),
            FlowSort = Word<FlowSort>("sort"),
            FlowText = Text("flows"),
        };

        string? Text(string name) =>
            values.TryGetValue(name, out var found) && found[0] is { Length: > 0 } text ? text : null;

        T Word<T>(string name)
            where T : struct, Enum =>
            Enum.TryParse<T>(Text(name), ignoreCase: true, out var word) && Enum.IsDefined(word) ? word : default;

        IEnumerable<ExplorerFilter> FiltersOf(string name, bool isExcluded) =>
            from text in values.TryGetValue(name, out var all) ? all.ToArray() : []
            let parts = text?.Split(':', 2)
            where parts is { Length: 2 } && ExplorerWords.FieldOf(parts[0]) is not null
            let filter = ExplorerFilter.Of(ExplorerWords.FieldOf(parts[0])!.Value, parts[1], isExcluded)
            where filter is not null
            select filter;

        ExplorerCell? CellOf(string at, string lane)
        {
            if (TimeRange.Parse(Text(at)) is not { FollowsNow: false } range)
                return null;
            var (from, to) = range.At(default);
            return from < to ? new(from, to, Text(lane)) : null;
        }
    }

    /// <summary>The query for an address, with its question mark; empty for the first view of all.</summary>
    public string ToQuery()
    {
        var query = new QueryBuilder();
        Add("range", Range == TimeRange.LastDay ? null : Range.ToString());
        foreach (var filter in Filters.OrderBy(filter => filter.IsExcluded))
            Add(filter.IsExcluded ? "not" : "only", $"{ExplorerWords.Key(filter.Field)}:{filter.Value}");
        Add("by", ViewBy == default ? null : ViewBy.ToString());
        Add("page", LanePage == 0 ? null : LanePage.ToString(CultureInfo.InvariantCulture));
        Add("band", LeastBand == Band.Warning ? null : LeastBand.ToString());
        Add("compare", ComparesWeek ? "week" : null);
        AddCell("at", "lane", Chosen);
        AddCell("at2", "lane2", Second);
        Add("sort", FlowSort == default ? null : FlowSort.ToString());
        Add("flows", FlowText);
        return query.ToString();

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
                query.Add(name, value);
        }

        void AddCell(string at, string lane, ExplorerCell? cell)
        {
            if (cell is null)
                return;
            Add(at, TimeRange.Between(cell.From, cell.To).ToString());
            Add(lane, cell.Lane);
        }
    }

    public string ToUrl() => Path + ToQuery();
}
