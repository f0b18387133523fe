using System.Net;
using System.Runtime.CompilerServices;
using Denywatch.Events.Assets;
using Denywatch.Events.Enrichment;
using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Assets;

/// <summary>An asset as listed.</summary>
/// <param name="Address">An address, or a CIDR.</param>
public sealed record AssetRow(
    int Id,
    string Address,
    string Role,
    string? Note,
    string ChangedBy,
    DateTimeOffset ChangedAt
);

/// <summary>A role and how many addresses and networks have it.</summary>
public sealed record RoleCount(string Role, int Assets);

/// <summary>Tells a changed table of assets from the one that was read before.</summary>
public sealed record AssetMark(long Assets, int? Newest, DateTimeOffset? ChangedAt);

/// <summary>Reads assets: pages of them, and all of them as a table for the intake.</summary>
public sealed class AssetQueries(NpgsqlDataSource source)
{
    private const string Rows = "SELECT id, network, role, note, changed_by, changed_at FROM assets";

    private const string Matching = """
        FROM assets WHERE (@role::text IS NULL OR role = @role)
          AND CASE WHEN @network::text IS NOT NULL THEN network && @network::text::cidr
                   WHEN @like::text IS NOT NULL THEN text(network) LIKE @like OR role ILIKE @like OR note ILIKE @like
                   ELSE true END
        """;

    /// <summary>Ids in the order of their networks: the list as it stood, from which pages are read.</summary>
    public async Task<IReadOnlyList<int>> IdsAsync(AssetsView view, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            $"SELECT id {Matching} ORDER BY network",
            row => row.GetInt32(0),
            ct,
            ParametersOf(view)
        );
    }

    /// <summary>Those of them that are still there.</summary>
    public async Task<IReadOnlyList<AssetRow>> RowsAsync(IEnumerable<int> ids, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            $"{Rows} WHERE id = ANY(@ids) ORDER BY network",
            RowOf,
            ct,
            ("ids", ids.ToArray())
        );
    }

    /// <summary>Roles in use, most first.</summary>
    public async Task<IReadOnlyList<RoleCount>> RolesAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            "SELECT role, count(*)::int FROM assets GROUP BY 1 ORDER BY 2 DESC, 1",
            row => new RoleCount(row.GetString(0), row.GetInt32(1)),
            ct
        );
    }

    /// <summary>All that match, as they are read.</summary>
    public async IAsyncEnumerable<AssetEntry> AllAsync(AssetsView view, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var command = connection.Command(
            $"SELECT network, role, note {Matching} ORDER BY network",
            ParametersOf(view)
        );
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
            yield return EntryOf(reader);
    }

    internal async Task<AssetMark> MarkAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var marks = await connection.RowsAsync(
            "SELECT count(*), max(id), max(changed_at) FROM assets",
            row => new AssetMark(row.GetInt64(0), row.OrNull<int>(1), row.OrNull<DateTimeOffset>(2)),
            ct
        );
        return marks[0];
    }

    internal async Task<PrefixTable<string>> TableAsync(CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var roles = new Dictionary<string, string>(StringComparer.Ordinal); // one text for each role, not for each asset
        var all = await AllAsync(connection, ct);
        return new(
            all.Select(asset =>
            {
                if (!roles.TryGetValue(asset.Role, out var role))
                    roles.Add(asset.Role, role = asset.Role);
                return KeyValuePair.Create(asset.Network, role);
            })
        );
    }

    internal static Task<List<AssetEntry>> AllAsync(NpgsqlConnection connection, CancellationToken ct) =>
        connection.RowsAsync("SELECT network, role, note FROM assets", EntryOf, ct);

    private static (string, object?)[] ParametersOf(AssetsView view)
    {
        var network = view.Text is { } text ? FlowScope.NetworkOf(text)?.ToString() : null;
        return
        [
            ("role", view.Role),
            ("network", network),
            ("like", view.Text is { } part ? Sql.Containing(part) : null),
        ];
    }

    private static AssetRow RowOf(NpgsqlDataReader row) =>
        new(
            row.GetInt32(0),
            AssetEntry.AddressOf(row.GetFieldValue<IPNetwork>(1)),
            row.GetString(2),
            row.TextOrNull(3),
            row.GetString(4),
            row.Time(5)
        );

    private static AssetEntry EntryOf(NpgsqlDataReader row) =>
        new(row.GetFieldValue<IPNetwork>(0), row.GetString(1), row.TextOrNull(2));
}
