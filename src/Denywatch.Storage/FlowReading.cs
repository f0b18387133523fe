using System.Net;
using Denywatch.Alerting;
using Denywatch.Events;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>Which flows count: a condition over rows <c>f</c>, with its parameters.</summary>
public sealed record CountedFlows(string Sql, IReadOnlyList<(string Name, object? Value)> Parameters)
{
    /// <summary>Those that no exception takes away.</summary>
    public static CountedFlows Stored { get; } = new("f.excepted_by IS NULL", []);

    /// <summary>Keeps what is read for the next question; null where there are few.</summary>
    public FlowMemory? Memory { get; init; }

    /// <summary>Those of these that are <paramref name="series"/>' own; all of them where it is null.</summary>
    public CountedFlows Of(CountedFlows? series) =>
        series is null ? this : new($"({Sql}) AND {series.Sql}", [.. Parameters, .. series.Parameters]);
}

/// <summary>What an excess is explained with: flows of buckets, and changes of the firewalls' configurations near them.</summary>
public sealed class FlowReading(NpgsqlDataSource source)
{
    /// <summary>The heaviest flows of a bucket that are read; the rest is in its count.</summary>
    private const int MostFlows = 100_000;

    /// <summary>Of one firewall; a device that tells of each click of its administrator says no more with more of them.</summary>
    private const int MostChanges = 5;

    private const string Read = """
        SELECT f.slice, w.name, f.source, f.destination, f.destination_port, f.transport, f.rule, f.direction,
               f.source_country, f.source_as, f.destination_country, f.destination_as, f.count, f.offsets, f.first_at, f.last_at,
               f.firewall_id, f.source_role, f.destination_role
        FROM all_flows f JOIN firewalls w ON w.id = f.firewall_id
        WHERE f.slice >= @from AND f.slice < @to AND (@firewall::int IS NULL OR f.firewall_id = @firewall)
          AND {counted}
        ORDER BY f.count DESC LIMIT @most
        """;

    /// <summary>The denied flows in [from, to), of one firewall or of all, heaviest first.</summary>
    /// <param name="only">A further condition on rows <c>f</c>, with its parameters; null for all flows.</param>
    public async Task<List<FlowRow>> BetweenAsync(
        DateTimeOffset from,
        DateTimeOffset to,
        int? firewallId,
        CancellationToken ct,
        CountedFlows? counted = null
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await ReadAsync(connection, from, to, firewallId, counted, ct);
    }

    /// <summary>
    /// Flows of the buckets that <paramref name="bucket"/> is compared with: the same time on earlier days, and the last
    /// ones before <paramref name="episodeStart"/>. Buckets without any event of the firewalls are left out as missing.
    /// </summary>
    public async Task<List<List<FlowRow>>> ComparableAsync(
        DateTimeOffset bucket,
        TimeSpan span,
        DateTimeOffset episodeStart,
        int? firewallId,
        CancellationToken ct,
        CountedFlows? counted = null
    )
    {
        var starts = Enumerable
            .Range(1, ConfirmedExcess.ComparableDays)
            .Select(day => bucket - TimeSpan.FromDays(day))
            .Concat(
                Enumerable.Range(1, ConfirmedExcess.ComparableBefore).Select(before => episodeStart - (before * span))
            )
            .Distinct();

        await using var connection = await source.OpenConnectionAsync(ct);
        List<List<FlowRow>> buckets = [];
        foreach (var start in await CountedAsync(connection, [.. starts], span, firewallId, ct))
            buckets.Add(await ReadAsync(connection, start, start + span, firewallId, counted, ct));
        return buckets;
    }

    /// <summary>The last configuration changes that a firewall told of in [from, to), oldest first.</summary>
    public async Task<List<ConfigurationChange>> ChangesAsync(
        string firewall,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            """
            SELECT at, what, who FROM (
                SELECT c.at, c.what, nullif(c.who, '') AS who FROM change_markers c JOIN firewalls f ON f.id = c.firewall_id
                WHERE f.name = @firewall AND c.at >= @from AND c.at < @to ORDER BY c.at DESC LIMIT @most
            ) last ORDER BY at
            """,
            row => new ConfigurationChange(row.Time(0), row.GetString(1), row.TextOrNull(2)),
            ct,
            ("firewall", firewall),
            ("from", from),
            ("to", to),
            ("most", MostChanges)
        );
    }

    private static Task<List<DateTimeOffset>> CountedAsync(
        NpgsqlConnection connection,
        DateTimeOffset[] starts,
        TimeSpan span,
        int? firewallId,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            """
            SELECT start FROM unnest(@starts) WITH ORDINALITY AS bucket (start, place)
            WHERE EXISTS (SELECT FROM counts WHERE span = 5 AND at >= start AND at < start + @span
                          AND (@firewall::int IS NULL OR firewall_id = @firewall))
            ORDER BY place
            """,
            row => row.Time(0),
            ct,
            ("starts", starts),
            ("span", span),
            ("firewall", firewallId)
        );

    private static async Task<List<FlowRow>> ReadAsync(
        NpgsqlConnection connection,
        DateTimeOffset from,
        DateTimeOffset to,
        int? firewallId,
        CountedFlows? counted,
        CancellationToken ct
    )
    {
        var which = counted ?? CountedFlows.Stored;
        if (which.Memory is { } memory)
        {
            if (!memory.TryGet(from, to, out var flows))
                flows = memory.Keep(
                    from,
                    to,
                    await AskAsync(connection, from, to, null, FlowMemory.MostFlows + 1, which, ct)
                );
            if (flows is not null)
                return [.. flows.Where(f => firewallId is null || f.Firewall == firewallId).Select(f => f.Row)];
        }
        var asked = await AskAsync(connection, from, to, firewallId, MostFlows, which, ct);
        return asked.ConvertAll(f => f.Row);
    }

    private static Task<List<(int Firewall, FlowRow Row)>> AskAsync(
        NpgsqlConnection connection,
        DateTimeOffset from,
        DateTimeOffset to,
        int? firewallId,
        int most,
        CountedFlows counted,
        CancellationToken ct
    ) =>
        connection.RowsAsync(
            Read.Replace("{counted}", counted.Sql, StringComparison.Ordinal),
            row =>
                (
                    row.GetInt32(16),
                    new FlowRow(
                        row.Time(0),
                        row.GetString(1),
                        row.IsDBNull(2) ? null : row.GetFieldValue<IPAddress>(2),
                        row.IsDBNull(3) ? null : row.GetFieldValue<IPAddress>(3),
                        row.OrNull<int>(4),
                        row.TextOrNull(5),
                        row.TextOrNull(6),
                        (Direction)row.GetInt16(7),
                        row.TextOrNull(8),
                        row.OrNull<long>(9),
                        row.TextOrNull(10),
                        row.OrNull<long>(11),
                        row.GetInt64(12),
                        row.GetFieldValue<short[]>(13),
                        row.Time(14),
                        row.Time(15)
                    )
                    {
                        SourceRole = row.TextOrNull(17),
                        DestinationRole = row.TextOrNull(18),
                    }
                ),
            ct,
            [("from", from), ("to", to), ("firewall", firewallId), ("most", most), .. counted.Parameters]
        );
}
