using System.Diagnostics;
using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Scoring;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Bench.Replay;

/// <summary>Exceptions that hold already, by what removing one would change.</summary>
internal sealed record SavedExceptions(IReadOnlyList<int> Small, IReadOnlyList<int> Large);

/// <summary>
/// An estate with all that a month leaves behind: models and their snapshots, records, episodes and alerts by the product's
/// own scoring, and exceptions that were saved and by which the past was scored again.
/// </summary>
internal sealed class ScoredEstate(
    MadeEstate estate,
    CountStore counts,
    RecordStore records,
    SeriesScorer scorer,
    ExceptionActions exceptions,
    IDbContextFactory<DenywatchDb> dbs,
    NpgsqlDataSource source
)
{
    private static readonly Actor engineer = new(null, "bench", AccountRole.Engineer);

    /// <summary>Makes what is not there yet.</summary>
    public async Task<SavedExceptions> MadeAsync(long flows, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        if (!await connection.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM exceptions)", ct))
        {
            await estate.MakeAsync(ReplayBenchmark.Size, flows, ct);
            var watch = Stopwatch.StartNew();
            await ScoreAsync(asIfLive: true, ct);
            MadeEstate.Tell("alerts", watch);
            foreach (var scope in Scopes())
                await exceptions.AddAsync(Draft(scope), engineer, ct);
            MadeEstate.Tell("marks", watch);
            while ((await counts.RecomputeAsync(ct)).Count > 0) { }
            MadeEstate.Tell("recount", watch);
            await ScoreAsync(asIfLive: false, ct);
            MadeEstate.Tell("re-score", watch);
            await connection.ExecuteAsync("VACUUM ANALYZE", ct);
            MadeEstate.Tell("vacuum", watch);
        }

        await using var db = await dbs.CreateDbContextAsync(ct);
        var saved = await db.Exceptions.AsNoTracking().ToListAsync(ct);
        Console.WriteLine(
            $"{await db.Alerts.CountAsync(ct):N0} alerts, {await db.Series.CountAsync(ct):N0} series, {saved.Count} exceptions"
        );
        return new(
            [.. saved.Where(e => e.Scope.Sources.Count > 0).Select(e => e.Id)],
            [.. saved.Where(e => e.Scope.Sources.Count == 0).Select(e => e.Id)]
        );
    }

    /// <summary>Every series up to the estate's end, whatever the clock says.</summary>
    private async Task ScoreAsync(bool asIfLive, CancellationToken ct)
    {
        for (var shard = 0; shard < Series.Shards; shard++)
        {
            foreach (var series in await records.DueAsync(shard, ct))
                await scorer.ScoreAsync(series with { CloseUntil = EstateSize.End }, ct, asIfLive);
        }
    }

    private static ExceptionDraft Draft(FlowScope scope) =>
        // The reason for a loss is given: what would be lost was asked for by nobody here.
        RandomChanges.Draft(scope, ReplayBenchmark.Size.Start) with
        {
            LossReason = "a benchmark",
        };

    private static IEnumerable<FlowScope> Scopes()
    {
        for (var i = 0; i < 10; i++)
            yield return new() { Sources = [RandomChanges.Source(1_500 + 1_777 * i)] };
        yield return new() { SourceCountries = ["BR"], Transports = ["tcp"] };
        yield return new() { Ports = [new(8000, 9999)] };
    }
}
