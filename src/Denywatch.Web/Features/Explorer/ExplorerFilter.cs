using System.Globalization;
using Denywatch.Events;
using Denywatch.Events.Assets;
using Denywatch.Events.Exceptions;

namespace Denywatch.Web.Features.Explorer;

/// <summary>What a filter of the explorer looks at; its name in an address is <see cref="ExplorerWords.Key"/>.</summary>
public enum FilterField
{
    /// <summary>An address or a CIDR.</summary>
    Source,

    /// <summary>An address or a CIDR.</summary>
    Destination,

    /// <summary>A port, or a range such as 8000-8100.</summary>
    Port,
    Transport,
    Firewall,
    Rule,
    Direction,
    SourceCountry,
    DestinationCountry,

    /// <summary>Number of an autonomous system, with or without AS before it.</summary>
    SourceAs,
    DestinationAs,
    Integration,

    /// <summary>What the owner said the source is, when the traffic came.</summary>
    SourceRole,
    DestinationRole,
}

/// <summary>One chip: only this value, or all but it. Made by <see cref="Of"/>, so that it always means something.</summary>
public sealed record ExplorerFilter
{
    private ExplorerFilter(FilterField field, string value, bool isExcluded) =>
        (Field, Value, IsExcluded) = (field, value, isExcluded);

    public FilterField Field { get; }
    public string Value { get; }
    public bool IsExcluded { get; init; }

    /// <summary>The traffic that it names, whether it is kept or excluded.</summary>
    public FlowScope Scope => ScopeOf(Field, [Value])!;

    /// <summary>Null where the value is none of the field's.</summary>
    public static ExplorerFilter? Of(FilterField field, string? value, bool isExcluded = false) =>
        value?.Trim() is { Length: > 0 and <= 200 } text && ScopeOf(field, [text]) is { } scope && scope.Problem is null
            ? new(field, text, isExcluded)
            : null;

    /// <summary>Traffic that has one of the values in every field that is named.</summary>
    public static FlowScope Only(IEnumerable<ExplorerFilter> filters)
    {
        var scope = new FlowScope();
        foreach (var field in filters.Where(filter => !filter.IsExcluded).GroupBy(filter => filter.Field))
            scope = Add(scope, field.Key, [.. field.Select(filter => filter.Value)]) ?? scope;
        return scope;
    }

    /// <summary>The chips of a filter that was made of chips.</summary>
    public static IReadOnlyList<ExplorerFilter> From(TrafficFilter? filter) =>
        filter is null
            ? []
            :
            [
                .. ChipsOf(filter.Only, isExcluded: false),
                .. filter.Exclude.SelectMany(scope => ChipsOf(scope, isExcluded: true)),
            ];

    private static IEnumerable<ExplorerFilter> ChipsOf(FlowScope scope, bool isExcluded) =>
        new (FilterField Field, IEnumerable<string> Values)[]
        {
            (FilterField.Source, scope.Sources),
            (FilterField.Destination, scope.Destinations),
            (FilterField.Port, scope.Ports.Select(range => range.ToString())),
            (FilterField.Transport, scope.Transports),
            (FilterField.Firewall, scope.Firewalls),
            (FilterField.Rule, scope.Rules),
            (FilterField.Direction, scope.Directions.Select(direction => direction.ToString().ToLowerInvariant())),
            (FilterField.SourceCountry, scope.SourceCountries),
            (FilterField.DestinationCountry, scope.DestinationCountries),
            (FilterField.SourceAs, scope.SourceAs.Select(number => $"AS{number}")),
            (FilterField.DestinationAs, scope.DestinationAs.Select(number => $"AS{number}")),
            (FilterField.Integration, scope.Integrations),
            (FilterField.SourceRole, scope.SourceRoles),
            (FilterField.DestinationRole, scope.DestinationRoles),
        }
            .SelectMany(field => field.Values.Select(value => Of(field.Field, value, isExcluded)))
            .OfType<ExplorerFilter>();

    private static FlowScope? ScopeOf(FilterField field, IReadOnlyList<string> values) => Add(new(), field, values);

    private static FlowScope? Add(FlowScope scope, FilterField field, IReadOnlyList<string> values) =>
        field switch
        {
            FilterField.Source => scope with { Sources = values },
            FilterField.Destination => scope with { Destinations = values },
            FilterField.Port => Each(values, PortsOf) is { } ports ? scope with { Ports = ports } : null,
            FilterField.Transport => scope with { Transports = values },
            FilterField.Firewall => scope with { Firewalls = values },
            FilterField.Rule => scope with { Rules = values },
            FilterField.Direction => Each(values, DirectionOf) is { } directions
                ? scope with
                {
                    Directions = directions,
                }
                : null,
            FilterField.SourceCountry => scope with { SourceCountries = values },
            FilterField.DestinationCountry => scope with { DestinationCountries = values },
            FilterField.SourceAs => Each(values, AsOf) is { } numbers ? scope with { SourceAs = numbers } : null,
            FilterField.DestinationAs => Each(values, AsOf) is { } numbers
                ? scope with
                {
                    DestinationAs = numbers,
                }
                : null,
            FilterField.SourceRole => scope with { SourceRoles = [.. values.Select(AssetRoles.Normal)] },
            FilterField.DestinationRole => scope with { DestinationRoles = [.. values.Select(AssetRoles.Normal)] },
            _ => scope with { Integrations = values },
        };

    private static List<T>? Each<T>(IReadOnlyList<string> values, Func<string, T?> read)
        where T : struct
    {
        List<T> all = [];
        foreach (var value in values)
        {
            if (read(value) is not { } found)
                return null;
            all.Add(found);
        }
        return all;
    }

    private static PortRange? PortsOf(string text)
    {
        var (first, last) = text.Split('-') switch
        {
            [var only] => (Number(only), Number(only)),
            [var low, var high] => (Number(low), Number(high)),
            _ => (null, null),
        };
        return first is { } from && last is { } to ? new PortRange(from, to) : null;

        static int? Number(string digits) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static Direction? DirectionOf(string text) =>
        Enum.TryParse<Direction>(text, ignoreCase: true, out var direction) && Enum.IsDefined(direction)
            ? direction
            : null;

    private static long? AsOf(string text) =>
        long.TryParse(
            text.StartsWith("AS", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text,
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var number
        )
            ? number
            : null;
}
