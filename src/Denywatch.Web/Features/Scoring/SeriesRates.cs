using Denywatch.Detection;
using Denywatch.Storage;
using Microsoft.Extensions.Caching.Memory;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>The false-alarm rate a series is scored by: a rule's rate, shared over all series of its jobs.</summary>
public sealed class SeriesRates(NpgsqlDataSource source, IMemoryCache cache)
{
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(1);

    public async Task<Sensitivity> OfAsync(int seriesId, CancellationToken ct)
    {
        var sharing = await cache.GetOrCreateAsync(
            (nameof(SeriesRates), seriesId),
            async entry =>
            {
                entry.AbsoluteExpirationRelativeToNow = Remembered;
                await using var connection = await source.OpenConnectionAsync(ct);
                return await connection.ScalarAsync<long>(
                    """
                    SELECT coalesce(max(sharing), 1) FROM (
                        SELECT count(s.id) AS sharing FROM rules r
                        JOIN series s ON s.job_id = ANY(r.job_ids)
                        WHERE (SELECT job_id FROM series WHERE id = @id) = ANY(r.job_ids)
                        GROUP BY r.id) shared
                    """,
                    ct,
                    ("id", seriesId)
                );
            }
        );
        return Sensitivity.Default with { Series = (int)Math.Max(1, sharing) };
    }
}
