using Denywatch.Storage.Entities;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>Rejected lines as rows: counted by reason, with samples, and kept whole for reading again.</summary>
internal static class RejectRows
{
    private const string Upsert = """
        INSERT INTO rejects AS r (data_source_id, reason, count, first_at, last_at, samples, kept)
        VALUES (@source, @reason, @count, @at, @at, @samples, 0)
        ON CONFLICT (data_source_id, reason) DO UPDATE SET count = r.count + excluded.count,
            last_at = excluded.last_at, samples = (excluded.samples || r.samples)[1:5]
        """;

    // After the upsert of its row in rejects, whose lock makes the limit hold.
    private const string Keep = """
        WITH kept AS (
            INSERT INTO rejected_lines (data_source_id, reason, received_at, line)
            SELECT @source, @reason, t.at, t.line FROM unnest(@times, @lines) WITH ORDINALITY AS t (at, line, n)
            WHERE n <= @most - (SELECT r.kept FROM rejects r WHERE r.data_source_id = @source AND r.reason = @reason)
            RETURNING 1)
        UPDATE rejects SET kept = rejects.kept + (SELECT count(*) FROM kept)
        WHERE data_source_id = @source AND reason = @reason
        """;

    private const string TakeBack = """
        WITH taken AS (
            DELETE FROM rejected_lines WHERE id = ANY(@ids) RETURNING data_source_id, reason, received_at),
        slices AS (
            UPDATE source_slices s SET rejected = s.rejected - t.lines
            FROM (SELECT data_source_id, date_bin('5 minutes', received_at, 'epoch') AS slice, count(*) AS lines
                  FROM taken GROUP BY 1, 2) t
            WHERE s.data_source_id = t.data_source_id AND s.slice = t.slice),
        reasons AS (
            UPDATE rejects r SET count = r.count - t.lines, kept = r.kept - t.lines
            FROM (SELECT data_source_id, reason, count(*) AS lines FROM taken GROUP BY 1, 2) t
            WHERE r.data_source_id = t.data_source_id AND r.reason = t.reason)
        SELECT count(*) FROM taken
        """;

    /// <summary>Counts rejects of one source and reason, and keeps what there is room for.</summary>
    public static async Task AddAsync(
        NpgsqlConnection connection,
        int source,
        string reason,
        List<RejectTally> rejects,
        DateTimeOffset at,
        CancellationToken ct
    )
    {
        await connection.ExecuteAsync(
            Upsert,
            ct,
            ("source", source),
            ("reason", reason),
            ("count", rejects.Sum(reject => reject.Count)),
            ("at", at),
            ("samples", rejects.SelectMany(reject => reject.Samples).Take(5).ToArray())
        );
        var lines = rejects.SelectMany(reject => reject.Lines).ToList();
        if (lines.Count > 0)
            await connection.ExecuteAsync(
                Keep,
                ct,
                ("source", source),
                ("reason", reason),
                ("times", lines.ConvertAll(line => line.ReceivedAt).ToArray()),
                ("lines", lines.ConvertAll(line => line.Line).ToArray()),
                ("most", Reject.MostKept)
            );
    }

    /// <summary>Takes kept lines back, in the transaction that reads them again.</summary>
    /// <returns>False when not all of them are kept any more: somebody else has read them.</returns>
    public static async Task<bool> TakeBackAsync(
        NpgsqlConnection connection,
        IReadOnlyList<long> lines,
        CancellationToken ct
    )
    {
        if (lines.Count == 0)
            return true;

        var taken = await connection.ScalarAsync<long>(TakeBack, ct, ("ids", lines.ToArray()));
        await connection.ExecuteAsync("DELETE FROM rejects WHERE count <= 0", ct);
        return taken == lines.Count;
    }
}
