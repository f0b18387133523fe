using Denywatch.Events;
using Npgsql;
using NpgsqlTypes;

namespace Denywatch.Storage;

internal static class NpgsqlCopy
{
    /// <summary>A source that stands for a network is stored with its prefix length.</summary>
    public static Task WriteSourceAsync(this NpgsqlBinaryImporter copy, DenyFlow flow, CancellationToken ct) =>
        (flow.Key.Source, flow.SourcePrefix) switch
        {
            ({ } network, { } prefix) => copy.WriteAsync(new NpgsqlInet(network, (byte)prefix), NpgsqlDbType.Inet, ct),
            ({ } address, _) => copy.WriteAsync(address, NpgsqlDbType.Inet, ct),
            _ => copy.WriteNullAsync(ct),
        };

    public static Task WriteOrNullAsync<T>(
        this NpgsqlBinaryImporter copy,
        T? value,
        NpgsqlDbType type,
        CancellationToken ct
    )
        where T : class => value is null ? copy.WriteNullAsync(ct) : copy.WriteAsync(value, type, ct);

    public static Task WriteOrNullAsync<T>(
        this NpgsqlBinaryImporter copy,
        T? value,
        NpgsqlDbType type,
        CancellationToken ct
    )
        where T : struct => value is { } set ? copy.WriteAsync(set, type, ct) : copy.WriteNullAsync(ct);
}
