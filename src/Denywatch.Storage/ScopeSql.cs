using System.Globalization;
using System.Net;
using Denywatch.Events.Exceptions;
using Denywatch.Events.Maintenance;
using NpgsqlTypes;

namespace Denywatch.Storage;

/// <summary>
/// A scope as SQL over a row <c>f</c> of flows: the same answer as <see cref="ScopeMatcher"/> for flows that are not folded.
/// A folded source, a network, is meant only if all of it is. Values travel as parameters.
/// </summary>
/// <param name="prefix">Tells the parameters of several scopes in one statement apart.</param>
public sealed class ScopeSql(string prefix = "")
{
    private readonly List<(string Name, object? Value)> parameters = [];

    public IReadOnlyList<(string Name, object? Value)> Parameters => parameters;

    /// <summary>A condition that is true where the scope means the row; never NULL.</summary>
    public string Matches(FlowScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        List<string> all =
        [
            .. Networks("f.source", scope.Sources, "<<="),
            .. Networks("f.destination", scope.Destinations, "<<="),
            .. Ports(scope),
            .. Texts("f.transport", scope.Transports),
            .. Names(scope),
            .. Texts("f.rule", scope.Rules),
            .. Any("f.direction", scope.Directions.Select(direction => (short)direction).ToArray()),
            .. Texts("f.source_country", scope.SourceCountries),
            .. Texts("f.destination_country", scope.DestinationCountries),
            .. Any("f.source_as", scope.SourceAs.ToArray()),
            .. Any("f.destination_as", scope.DestinationAs.ToArray()),
            .. Texts("f.site", scope.Sites),
            .. Texts("f.source_role", scope.SourceRoles),
            .. Texts("f.destination_role", scope.DestinationRoles),
            .. Integrations(scope),
            .. Time(scope.TimeOfDay),
        ];
        return all.Count == 0 ? "true" : $"coalesce({string.Join(" AND ", all)}, false)";
    }

    /// <summary>
    /// A condition that is true where some of the row's traffic may be meant, which folding has made impossible to tell:
    /// its source is a network that holds a source of the scope, or a field of it was folded away.
    /// </summary>
    public string MayMatch(FlowScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var source =
            scope.Sources.Count == 0
                ? "true"
                : $"({Networks("f.source", scope.Sources, "&&").Single()} OR f.source IS NULL)";
        var unfolded = scope with { Sources = [], Destinations = [], Ports = [] };
        List<string> kept = [];
        if (scope.Destinations.Count > 0)
            kept.Add($"(f.destination IS NULL OR {Networks("f.destination", scope.Destinations, "<<=").Single()})");
        if (scope.Ports.Count > 0)
            kept.Add($"(f.destination_port IS NULL AND f.destination IS NULL OR {Ports(scope).Single()})");
        return $"f.sources > 1 AND {string.Join(" AND ", [source, .. kept, Matches(unfolded)])}";
    }

    /// <summary>
    /// A condition that is true for every row that the scope means or may mean, and quickly false for most others: an index
    /// answers it where sources are named.
    /// </summary>
    public string Near(FlowScope scope)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (scope.Sources.Count == 0)
            return Names(scope).SingleOrDefault() ?? "true";
        var holders = scope
            .Sources.SelectMany(text => HoldersOf(FlowScope.NetworkOf(text)!.Value))
            .ToHashSet(StringComparer.Ordinal);
        return $"({Networks("f.source", scope.Sources, "<<=").Single()} OR f.source = ANY({Add(holders.ToArray())}::inet[]) OR f.source IS NULL)";
    }

    /// <summary>The networks that a folded source may be and hold <paramref name="network"/>.</summary>
    private static IEnumerable<string> HoldersOf(IPNetwork network) =>
        Enumerable
            .Range(0, network.PrefixLength)
            .Select(length => FlowScope.NetworkOf($"{network.BaseAddress}/{length}")!.Value.ToString());

    /// <summary>The id of the first exception that holds for the row; NULL where it counts.</summary>
    public string Excepting(IEnumerable<ActiveException> exceptions)
    {
        ArgumentNullException.ThrowIfNull(exceptions);
        var cases = exceptions.OrderBy(e => e.Id).Select(e => $"WHEN {InForce(e)} THEN {Id(e.Id)}").ToList();
        return cases.Count == 0 ? "NULL::integer" : $"CASE {string.Join(' ', cases)} END";
    }

    /// <summary>A condition that is true where the exception holds for the row.</summary>
    public string InForce(ActiveException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return $"({InForceTime(exception)} AND {Matches(exception.Scope)})";
    }

    /// <summary>A condition that is true where the exception may hold for a part of a folded row.</summary>
    public string MayBeInForce(ActiveException exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return $"({InForceTime(exception)} AND {MayMatch(exception.Scope)})";
    }

    private string InForceTime(ActiveException exception)
    {
        var range = $"f.slice >= {Add(exception.From)} AND f.slice < {Add(exception.Until)}";
        // One value that is searched by halves: ten thousand occurrences cost a row no more than a few.
        return exception.Calendar is { } calendar ? $"{range} AND f.slice <@ {Add(Ranges(calendar))}" : range;
    }

    private static NpgsqlRange<DateTimeOffset>[] Ranges(WindowCalendar calendar) =>
        [
            .. calendar.Occurrences.Select(o => new NpgsqlRange<DateTimeOffset>(
                o.From,
                lowerBoundIsInclusive: true,
                o.Until,
                upperBoundIsInclusive: false
            )),
        ];

    private string Add(object value)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{prefix}s{parameters.Count}");
        parameters.Add((name, value));
        return "@" + name;
    }

    private static string Id(int id) => id.ToString(CultureInfo.InvariantCulture);

    private IEnumerable<string> Networks(string column, IReadOnlyList<string> texts, string test)
    {
        if (texts.Count == 0)
            yield break;
        // One by one, and not ANY(array): PostgreSQL then knows the ranges of an index that they lie in.
        var each = texts.Select(text =>
            $"{column} {test} {Add(FlowScope.NetworkOf(text)!.Value.ToString())}::text::inet"
        );
        yield return $"({string.Join(" OR ", each)})";
    }

    private IEnumerable<string> Ports(FlowScope scope)
    {
        if (scope.Ports.Count == 0)
            yield break;
        var each = scope.Ports.Select(range => $"f.destination_port BETWEEN {Add(range.First)} AND {Add(range.Last)}");
        yield return $"({string.Join(" OR ", each)})";
    }

    private IEnumerable<string> Texts(string column, IReadOnlyList<string> values) => Any(column, values.ToArray());

    private IEnumerable<string> Any<T>(string column, T[] values)
    {
        if (values.Length > 0)
            yield return $"{column} = ANY({Add(values)})";
    }

    private IEnumerable<string> Names(FlowScope scope)
    {
        if (scope.Firewalls.Count > 0)
            yield return AmongIds(
                "f.firewall_id",
                $"SELECT coalesce(alias_of_id, id) FROM firewalls WHERE name = ANY({Add(scope.Firewalls.ToArray())})"
            );
    }

    private IEnumerable<string> Integrations(FlowScope scope)
    {
        if (scope.Integrations.Count > 0)
            yield return AmongIds(
                "f.data_source_id",
                $"SELECT id FROM data_sources WHERE integration = ANY({Add(scope.Integrations.ToArray())})"
            );
    }

    // As an array that is made once: a subquery would be looked up anew for each of ten million rows.
    private static string AmongIds(string column, string ids) => $"{column} = ANY(ARRAY({ids}))";

    private IEnumerable<string> Time(TimeOfDay? time)
    {
        if (time is null || time.From == time.To)
            yield break;
        var (clock, from, to) = ($"(f.slice AT TIME ZONE {Add(time.TimeZone)})::time", Add(time.From), Add(time.To));
        var joint = time.From < time.To ? "AND" : "OR";
        yield return $"({clock} >= {from} {joint} {clock} < {to})";
    }
}
