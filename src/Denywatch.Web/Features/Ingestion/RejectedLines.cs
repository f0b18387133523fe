using System.Text;
using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>How far a reading of kept lines is.</summary>
/// <param name="Total">Lines that were kept when it began.</param>
/// <param name="Done">Lines read so far.</param>
/// <param name="Understood">Of those, the ones that are rejected no more.</param>
public readonly record struct ReadAgain(int Total, int Done, int Understood);

/// <summary>
/// Reads a sender's kept rejected lines once more, under the settings of today: what is understood now is counted at its
/// own time, the rest is rejected again with the reason of today.
/// </summary>
public sealed class RejectedLines(NpgsqlDataSource source, Senders senders, Committer committer)
{
    private const int Page = 500;

    private const string Extent = """
        SELECT count(*)::int, coalesce(max(l.id), 0) FROM rejected_lines l
        JOIN data_sources d ON d.id = l.data_source_id WHERE d.sender = @sender
        """;

    private const string Lines = """
        SELECT l.id, l.received_at, l.line FROM rejected_lines l
        JOIN data_sources d ON d.id = l.data_source_id
        WHERE d.sender = @sender AND l.id > @after AND l.id <= @last
        ORDER BY l.id LIMIT @page
        """;

    /// <summary>Reads all kept lines, some hundred in a transaction: cancelled, the rest stays kept.</summary>
    public async Task<ReadAgain> ReadAsync(string sender, IProgress<ReadAgain>? progress, CancellationToken ct)
    {
        senders.Forget(sender);
        var known = await senders.FindAsync(sender, ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        // Up to the last one there is now: what is rejected again comes after it.
        var (total, last) = (
            await connection.RowsAsync(Extent, row => (row.GetInt32(0), row.GetInt64(1)), ct, ("sender", sender))
        )[0];
        var result = new ReadAgain(total, 0, 0);
        var after = 0L;
        while (true)
        {
            var lines = await connection.RowsAsync(
                Lines,
                row => (Id: row.GetInt64(0), At: row.Time(1), Text: row.GetString(2)),
                ct,
                ("sender", sender),
                ("after", after),
                ("last", last),
                ("page", Page)
            );
            if (lines.Count == 0)
                return result;

            after = lines[^1].Id;
            var batch = known.NewBatch();
            var understood = lines.Count(line => batch.Add(Encoding.UTF8.GetBytes(line.Text), line.At) is null);
            // Not stored: somebody else reads the same lines at this moment, and his reading counts.
            if (await committer.CommitAsync(batch.Build(lines.ConvertAll(line => line.Id)), repeats: null, ct))
                result = new(total, result.Done + lines.Count, result.Understood + understood);
            progress?.Report(result);
        }
    }
}
