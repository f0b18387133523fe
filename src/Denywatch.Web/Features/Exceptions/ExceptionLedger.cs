using System.Globalization;
using Denywatch.Events.Maintenance;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Npgsql;

namespace Denywatch.Web.Features.Exceptions;

/// <summary>What the audit trail keeps of an exception or a window.</summary>
public sealed record ExceptionStanding(
    string Scope,
    string Owner,
    DateTimeOffset From,
    DateTimeOffset Until,
    DateTimeOffset? RemovedAt,
    string? Name,
    string? When,
    int? Broken
)
{
    public static ExceptionStanding Of(TrafficException e)
    {
        ArgumentNullException.ThrowIfNull(e);
        return new(
            e.Scope.ToString(),
            e.Owner,
            e.From,
            e.Until,
            e.RemovedAt,
            e.Schedule?.Name,
            e.Schedule?.ToString(),
            e.Schedule is null ? null : e.Broken.Count
        );
    }
}

/// <summary>
/// Writes changes of exceptions. Saving marks the flows they mean and hands the slices to counting, in one transaction; that
/// the past is counted and scored again follows within seconds, by the same steps as late data.
/// </summary>
public sealed class ExceptionLedger(NpgsqlDataSource source)
{
    /// <param name="change">Changes exceptions and notes it; each takes the next number of change. None: nothing is done.</param>
    /// <param name="reason">Why slices are counted again, as revisions tell it.</param>
    /// <param name="only">The time that the change is about; null for all.</param>
    public async Task<IReadOnlyList<TrafficException>> ChangeAsync(
        Func<DenywatchDb, Func<Task<long>>, Task<IReadOnlyList<TrafficException>>> change,
        Func<IReadOnlyList<TrafficException>, string> reason,
        CancellationToken ct,
        Occurrence? only = null
    )
    {
        ArgumentNullException.ThrowIfNull(change);
        ArgumentNullException.ThrowIfNull(reason);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await CountStore.LockAsync(connection, ct);
        await using var db = await Database.WithinAsync(transaction, ct);
        var changed = await change(db, () => connection.ScalarAsync<long>("SELECT nextval('exception_changes')", ct));
        if (changed.Count == 0)
            return [];
        await db.SaveChangesAsync(ct);

        await ExceptionStore.RemarkAsync(connection, db, changed, reason(changed), ct, only);
        await transaction.CommitAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Exceptions, ct);
        return changed;
    }

    /// <summary>The entry in the audit trail, in the same transaction.</summary>
    public static void Note(
        DenywatchDb db,
        Actor actor,
        string deed,
        TrafficException subject,
        ExceptionStanding? before,
        string why,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(subject);
        var kind = subject.Schedule is null ? "exception" : "window";
        var id = subject.Id.ToString(CultureInfo.InvariantCulture);
        db.Audit.Add(Audit.Entry(actor, deed, (kind, id), before, ExceptionStanding.Of(subject), why, at));
    }
}
