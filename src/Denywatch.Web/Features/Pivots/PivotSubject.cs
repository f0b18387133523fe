using System.Globalization;
using Denywatch.Web.Features.Explorer;

namespace Denywatch.Web.Features.Pivots;

/// <summary>What one looks for in the other tool.</summary>
/// <param name="Filters">Values that all hold; excluded ones are excluded there too. A field that a tool has no common
/// name for is left out of its query: the time alone still helps.</param>
public sealed record PivotSubject(DateTimeOffset From, DateTimeOffset To, IReadOnlyList<ExplorerFilter> Filters)
{
    /// <summary>Field of the Elastic Common Schema, of Splunk's common information model, column of CommonSecurityLog.</summary>
    private sealed record Names(string? Ecs, string? Splunk, string? Sentinel);

    private static readonly Dictionary<FilterField, Names> names = new()
    {
        [FilterField.Source] = new("source.ip", "src_ip", "SourceIP"),
        [FilterField.Destination] = new("destination.ip", "dest_ip", "DestinationIP"),
        [FilterField.Port] = new("destination.port", "dest_port", "DestinationPort"),
        [FilterField.Transport] = new("network.transport", "transport", "Protocol"),
        [FilterField.Firewall] = new("observer.name", "dvc", "DeviceName"),
        [FilterField.Rule] = new("rule.name", "rule", null),
        [FilterField.Direction] = new("network.direction", "direction", null),
        [FilterField.SourceCountry] = new("source.geo.country_iso_code", null, null),
        [FilterField.DestinationCountry] = new("destination.geo.country_iso_code", null, null),
        [FilterField.SourceAs] = new("source.as.number", null, null),
        [FilterField.DestinationAs] = new("destination.as.number", null, null),
        [FilterField.Integration] = new("event.module", null, null),
        [FilterField.SourceRole] = new(null, null, null),
        [FilterField.DestinationRole] = new(null, null, null),
    };

    private static readonly FilterField[] single =
    [
        FilterField.Source,
        FilterField.Destination,
        FilterField.Port,
        FilterField.Firewall,
        FilterField.Rule,
    ];

    /// <summary>Placeholders and what they become, ready for an address.</summary>
    internal IEnumerable<(string Placeholder, string Value)> Values =>
        [
            ("from", Iso(From)),
            ("to", Iso(To)),
            ("from_s", Seconds(From)),
            ("to_s", Seconds(To)),
            // Kibana's state is rison: a text ends at a quote unless ! stands before it.
            (
                "kql",
                Escaped(Kql.Replace("!", "!!", StringComparison.Ordinal).Replace("'", "!'", StringComparison.Ordinal))
            ),
            ("spl", Escaped(Spl)),
            ("kusto", Escaped(Kusto)),
            .. single.Select(each => (ExplorerWords.Key(each), Escaped(OnlyOf(each)))),
        ];

    private string Kql =>
        string.Join(
            " and ",
            from filter in Filters
            let name = names[filter.Field].Ecs
            where name is not null
            select $"{(filter.IsExcluded ? "not " : "")}{name}:{Quoted(Bare(filter))}"
        );

    private string Spl =>
        string.Join(
            ' ',
            from filter in Filters
            let name = names[filter.Field].Splunk
            where name is not null
            select $"{(filter.IsExcluded ? "NOT " : "")}{name}={Quoted(filter.Value)}"
        );

    private string Kusto =>
        "CommonSecurityLog"
        + string.Concat(
            from filter in Filters
            let column = names[filter.Field].Sentinel
            where column is not null
            let isNetwork = filter.Value.Contains('/', StringComparison.Ordinal)
                && column.EndsWith("IP", StringComparison.Ordinal)
            select isNetwork
                ? $" | where {(filter.IsExcluded ? "not" : "")}(ipv4_is_in_range({column}, {Quoted(filter.Value)}))"
                : $" | where tostring({column}) {(filter.IsExcluded ? "!=" : "==")} {Quoted(filter.Value)}"
        );

    private string OnlyOf(FilterField field) =>
        Filters.FirstOrDefault(filter => filter.Field == field && !filter.IsExcluded)?.Value ?? "";

    // An AS is a number there.
    private static string Bare(ExplorerFilter filter) =>
        filter.Field is FilterField.SourceAs or FilterField.DestinationAs
            ? filter.Value.TrimStart('A', 'a', 'S', 's')
            : filter.Value;

    private static string Iso(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Seconds(DateTimeOffset at) => at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    private static string Quoted(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static string Escaped(string text) => Uri.EscapeDataString(text);
}
