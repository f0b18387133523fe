using System.Globalization;
using Denywatch.Alerting;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>Reads the flows of an incident's carriers, and which of them other incidents mean too.</summary>
internal sealed class CarriedFlows(
    NpgsqlConnection connection,
    ConfirmedIncident incident,
    IReadOnlyList<ConfirmedIncident> others,
    CountedFlows counted
)
{
    public Task<List<CarriedCount>> ReadAsync(
        DateTimeOffset from,
        DateTimeOffset to,
        TimeSpan bin,
        CancellationToken ct
    )
    {
        List<(string, object?)> parameters = [("bin", bin), ("from", from), ("to", to), .. counted.Parameters];
        var mine = Means(incident, "i", parameters);
        var bits = others.Select(
            (other, i) => $"CASE WHEN {Means(other, $"o{i}", parameters)} THEN {Text(1L << i)} ELSE 0 END"
        );
        return connection.RowsAsync(
            $"""
            SELECT date_bin(@bin, f.slice, 'epoch'), f.firewall_id, {ValueOf(incident.Carriers.Dimension)},
                   ({string.Join(" + ", bits.Append("0"))})::bigint, sum(f.count)::bigint
            FROM all_flows f
            WHERE f.slice >= @from AND f.slice < @to AND {counted.Sql} AND {mine}
            GROUP BY 1, 2, 3, 4
            """,
            row => new CarriedCount(row.Time(0), row.GetInt32(1), row.GetString(2), row.GetInt64(3), row.GetInt64(4)),
            ct,
            [.. parameters]
        );
    }

    private static string Means(ConfirmedIncident incident, string prefix, List<(string, object?)> parameters)
    {
        parameters.Add(($"{prefix}v", incident.Carriers.Values.ToArray()));
        parameters.Add(($"{prefix}f", incident.Firewalls));
        return $"({ValueOf(incident.Carriers.Dimension)} = ANY(@{prefix}v) AND (@{prefix}f::int[] IS NULL OR f.firewall_id = ANY(@{prefix}f)))";
    }

    /// <summary>A row's value, as <see cref="Attribution.ValueOf"/> names it.</summary>
    private static string ValueOf(Dimension dimension)
    {
        var value = dimension switch
        {
            Dimension.Source => "host(f.source)",
            Dimension.SourceNetwork =>
                "network(set_masklen(f.source, CASE family(f.source) WHEN 4 THEN 24 ELSE 64 END))::text",
            Dimension.Destination => "host(f.destination)",
            Dimension.Port => "coalesce(f.destination_port::text, f.transport)",
            Dimension.SourceCountry => "f.source_country",
            Dimension.DestinationCountry => "f.destination_country",
            Dimension.Firewall => "(SELECT w.name FROM firewalls w WHERE w.id = f.firewall_id)",
            Dimension.Rule => "f.rule",
            Dimension.SourceAs => "'AS' || f.source_as",
            Dimension.DestinationAs => "'AS' || f.destination_as",
            _ => throw new ArgumentOutOfRangeException(nameof(dimension)),
        };
        return $"coalesce({value}, '{Attribution.Absent}')";
    }

    private static string Text(long bit) => bit.ToString(CultureInfo.InvariantCulture);
}
