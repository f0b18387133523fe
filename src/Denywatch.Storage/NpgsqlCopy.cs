using Npgsql;
using NpgsqlTypes;

namespace Denywatch.Storage;

internal static class NpgsqlCopy
{
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
