using System.Runtime.CompilerServices;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Ui;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Administration;

/// <summary>What the trail can be filtered by, as it holds them.</summary>
public sealed record AuditChoices(
    IReadOnlyList<string> Actors,
    IReadOnlyList<string> Deeds,
    IReadOnlyList<string> Kinds
);

/// <summary>Reads the audit trail, the newest entry first and always on from a key.</summary>
public sealed class AuditQueries(IDbContextFactory<DenywatchDb> dbs, TimeProvider clock)
{
    /// <summary>The trail as it stands now, to be read page by page.</summary>
    public async Task<KeyPages> PagesAsync(AuditView view, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var keys = Of(db, view).OrderByDescending(entry => entry.Id).Select(entry => entry.Id);
        return await KeyPages.OfAsync(keys.AsAsyncEnumerable(), ct);
    }

    /// <summary>Entries from <paramref name="upTo"/> on, that one included.</summary>
    public async Task<IReadOnlyList<AuditEntry>> PageAsync(AuditView view, long upTo, int take, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await Of(db, view)
            .Where(entry => entry.Id <= upTo)
            .OrderByDescending(entry => entry.Id)
            .Take(take)
            .ToListAsync(ct);
    }

    /// <summary>All entries of a view, while they are read.</summary>
    public async IAsyncEnumerable<AuditEntry> AllAsync(AuditView view, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        await foreach (var entry in Of(db, view).OrderByDescending(e => e.Id).AsAsyncEnumerable().WithCancellation(ct))
            yield return entry;
    }

    public async Task<AuditEntry?> FindAsync(long id, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.Audit.AsNoTracking().SingleOrDefaultAsync(entry => entry.Id == id, ct);
    }

    public async Task<AuditChoices> ChoicesAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return new(
            await db.Audit.Select(entry => entry.Actor).Distinct().OrderBy(actor => actor).ToListAsync(ct),
            await db.Audit.Select(entry => entry.Deed).Distinct().OrderBy(deed => deed).ToListAsync(ct),
            await db.Audit.Select(entry => entry.SubjectKind).Distinct().OrderBy(kind => kind).ToListAsync(ct)
        );
    }

    private IQueryable<AuditEntry> Of(DenywatchDb db, AuditView asked)
    {
        var view = asked.Cleaned();
        IQueryable<AuditEntry> entries = db.Audit.AsNoTracking();
        if (view.Who is { } who)
            entries = entries.Where(entry => entry.Actor == who);
        if (view.Deed is { } deed)
            entries = entries.Where(entry => entry.Deed == deed);
        if (view.Kind is { } kind)
            entries = entries.Where(entry => entry.SubjectKind == kind);
        if (view.Subject is { } subject)
            entries = entries.Where(entry => entry.SubjectId == subject);
        if (TimeRange.Parse(view.Range) is { } range)
        {
            var (from, to) = range.At(clock.GetUtcNow());
            entries = entries.Where(entry => entry.At >= from && entry.At < to);
        }
        if (view.Text is { } text)
        {
            var part = Sql.Containing(text);
            entries = entries.Where(entry =>
                EF.Functions.ILike(entry.Actor, part, @"\")
                || EF.Functions.ILike(entry.Deed, part, @"\")
                || EF.Functions.ILike(entry.SubjectKind, part, @"\")
                || EF.Functions.ILike(entry.SubjectId, part, @"\")
                || EF.Functions.ILike(entry.Why ?? "", part, @"\")
            );
        }
        return entries;
    }
}
