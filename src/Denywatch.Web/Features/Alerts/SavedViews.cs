using System.Globalization;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Alerts;

/// <summary>A named list of alerts, as a menu offers it.</summary>
public sealed record NamedView(int Id, string Name, string Owner, bool IsShared, AlertsView View);

/// <summary>Lists of alerts that people come back to. Everybody keeps their own; sharing one is for who triages.</summary>
public sealed class SavedViews(IDbContextFactory<DenywatchDb> dbs, TimeProvider clock)
{
    /// <summary>Views that one person keeps.</summary>
    public const int Most = 50;

    public const int LongestName = 60;

    /// <summary>One's own first, then those that others share.</summary>
    public async Task<IReadOnlyList<NamedView>> ListAsync(string me, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rows = await db
            .SavedViews.AsNoTracking()
            .Where(view => view.Owner == me || view.IsShared)
            .OrderBy(view => view.Owner != me)
            .ThenBy(view => view.Name)
            .ToListAsync(ct);
        return [.. rows.Select(row => new NamedView(row.Id, row.Name, row.Owner, row.IsShared, ViewOf(row.Query)))];
    }

    /// <summary>Keeps a view under a name; one's own of the same name is replaced.</summary>
    public async Task<Outcome> SaveAsync(string name, AlertsView view, bool isShared, Actor actor, CancellationToken ct)
    {
        if (isShared && !actor.May(Policy.Triage))
            return Outcome.Forbidden;

        var (wanted, query) = (name.Trim(), QueryOf(view));
        await using var db = await dbs.CreateDbContextAsync(ct);
        var mine = await db.SavedViews.Where(row => row.Owner == actor.Name).ToListAsync(ct);
        var known = mine.Find(row => row.Name == wanted);
        if (wanted.Length is 0 or > LongestName || known is null && mine.Count >= Most)
            return Outcome.Refused;

        var before = known is null ? null : Standing(known);
        if (known is null)
            db.SavedViews.Add(
                known = new()
                {
                    Owner = actor.Name,
                    Name = wanted,
                    Query = query,
                    IsShared = isShared,
                }
            );
        else
            (known.Query, known.IsShared) = (query, isShared);
        Note(db, actor, "save view", known, before, Standing(known));
        await db.SaveChangesAsync(ct);
        return Outcome.Done;
    }

    /// <summary>Forgets one of one's own.</summary>
    public async Task<Outcome> DeleteAsync(int id, Actor actor, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.SavedViews.SingleOrDefaultAsync(row => row.Id == id, ct) is not { } found)
            return Outcome.NotFound;
        if (found.Owner != actor.Name)
            return Outcome.Forbidden;

        db.SavedViews.Remove(found);
        Note(db, actor, "delete view", found, Standing(found), null);
        await db.SaveChangesAsync(ct);
        return Outcome.Done;
    }

    private static AlertsView ViewOf(string query) => AlertsView.Read(new Uri("http://localhost/alerts" + query));

    private static string QueryOf(AlertsView view)
    {
        var url = view.ToUrl();
        return url.IndexOf('?', StringComparison.Ordinal) is >= 0 and var start ? url[start..] : "";
    }

    private static object Standing(SavedView view) => new { view.Query, view.IsShared };

    private void Note(DenywatchDb db, Actor actor, string deed, SavedView view, object? before, object? after) =>
        db.Audit.Add(
            Audit.Entry(
                actor,
                deed,
                ("view", string.Create(CultureInfo.InvariantCulture, $"{view.Owner}/{view.Name}")),
                before,
                after,
                null,
                clock.GetUtcNow()
            )
        );
}
