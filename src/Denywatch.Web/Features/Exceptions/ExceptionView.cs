using System.Globalization;
using Denywatch.Events.Exceptions;
using Denywatch.Web.Features.Explorer;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;

namespace Denywatch.Web.Features.Exceptions;

/// <summary>
/// The traffic and the time that the form for a new exception speaks of: its address holds it, so that an alert, a value's
/// menu and a colleague's link open the form filled in.
/// </summary>
public sealed record ExceptionView
{
    public const string Path = "/rules/exceptions/new";

    /// <summary>Most days that it may hold for, and those that are asked for at first.</summary>
    public const int MostDays = 366;

    public const int FirstDays = 30;

    public IReadOnlyList<ExplorerFilter> Filters { get; init; } = [];
    public TimeOfDay? TimeOfDay { get; init; }

    /// <summary>Days from now on.</summary>
    public int Days { get; init; } = FirstDays;

    /// <summary>It subtracts from now on and leaves the past as it was told.</summary>
    public bool LeavesPast { get; init; }

    /// <summary>The alert that it is made from.</summary>
    public long? AlertId { get; init; }

    /// <summary>The request that it would approve.</summary>
    public int? RequestId { get; init; }

    /// <summary>Key of the <see cref="NoisePack"/> that it began with.</summary>
    public string? Pack { get; init; }

    public FlowScope Scope => ExplorerFilter.Only(Filters) with { TimeOfDay = TimeOfDay };

    /// <summary>What a lone value of the explorer or of an alert would be excepted by.</summary>
    public static ExceptionView Of(ExplorerFilter filter) => new() { Filters = [filter] };

    /// <param name="alertId">The alert that it is made from.</param>
    public static ExceptionView Of(FlowScope scope, long? alertId = null)
    {
        ArgumentNullException.ThrowIfNull(scope);
        return new()
        {
            AlertId = alertId,
            TimeOfDay = scope.TimeOfDay,
            Filters =
            [
                .. Each(FilterField.Source, scope.Sources),
                .. Each(FilterField.Destination, scope.Destinations),
                .. Each(FilterField.Port, scope.Ports.Select(port => port.ToString())),
                .. Each(FilterField.Transport, scope.Transports),
                .. Each(FilterField.Firewall, scope.Firewalls),
                .. Each(FilterField.Rule, scope.Rules),
                .. Each(FilterField.Direction, scope.Directions.Select(way => way.ToString().ToLowerInvariant())),
                .. Each(FilterField.SourceCountry, scope.SourceCountries),
                .. Each(FilterField.DestinationCountry, scope.DestinationCountries),
                .. Each(FilterField.SourceAs, scope.SourceAs.Select(number => $"AS{number}")),
                .. Each(FilterField.DestinationAs, scope.DestinationAs.Select(number => $"AS{number}")),
                .. Each(FilterField.Integration, scope.Integrations),
                .. Each(FilterField.SourceRole, scope.SourceRoles),
                .. Each(FilterField.DestinationRole, scope.DestinationRoles),
            ],
        };

        static IEnumerable<ExplorerFilter> Each(FilterField field, IEnumerable<string> values) =>
            values.Select(value => ExplorerFilter.Of(field, value)).OfType<ExplorerFilter>();
    }

    public ExceptionView With(ExplorerFilter filter) =>
        this with
        {
            Filters = [.. Filters.Where(other => other != filter).Take(ExplorerView.MostFilters - 1), filter],
        };

    public ExceptionView Without(ExplorerFilter filter) =>
        this with
        {
            Filters = [.. Filters.Where(other => other != filter)],
        };

    /// <summary>Reads the query of an address; what makes no sense is left out.</summary>
    public static ExceptionView Parse(string query)
    {
        var values = QueryHelpers.ParseQuery(query);
        return new()
        {
            Filters = [.. ExplorerView.Parse(query).Filters.Where(filter => !filter.IsExcluded)],
            TimeOfDay = HoursOf(Text("hours"), Text("zone")),
            Days = Number("days") is >= 1 and <= MostDays and var days ? (int)days : FirstDays,
            LeavesPast = Text("from") == "now",
            AlertId = Number("alert"),
            RequestId = Number("request") is <= int.MaxValue and var request ? (int)request : null,
            Pack = NoisePack.Of(Text("pack"))?.Key,
        };

        string? Text(string name) =>
            values.TryGetValue(name, out var found) && found[0] is { Length: > 0 } text ? text : null;

        long? Number(string name) =>
            long.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    public string ToUrl() => Path + ToQuery();

    internal QueryBuilder ToQuery()
    {
        var query = new QueryBuilder();
        foreach (var filter in Filters)
            query.Add("only", $"{ExplorerWords.Key(filter.Field)}:{filter.Value}");
        if (TimeOfDay is { } time)
        {
            query.Add("hours", $"{Hour(time.From)}-{Hour(time.To)}");
            query.Add("zone", time.TimeZone);
        }
        if (Days != FirstDays)
            query.Add("days", Days.ToString(CultureInfo.InvariantCulture));
        if (LeavesPast)
            query.Add("from", "now");
        if (AlertId is { } alert)
            query.Add("alert", alert.ToString(CultureInfo.InvariantCulture));
        if (RequestId is { } request)
            query.Add("request", request.ToString(CultureInfo.InvariantCulture));
        if (Pack is { } pack)
            query.Add("pack", pack);
        return query;
    }

    private static string Hour(TimeOnly time) => time.ToString("HH:mm", CultureInfo.InvariantCulture);

    private static TimeOfDay? HoursOf(string? hours, string? zone) =>
        hours?.Split('-') is [var first, var last]
        && TimeOnly.TryParse(first, CultureInfo.InvariantCulture, out var from)
        && TimeOnly.TryParse(last, CultureInfo.InvariantCulture, out var to)
            ? new(from, to, zone ?? "Etc/UTC")
            : null;
}
