using System.Globalization;
using System.Net;
using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Sites;

/// <summary>Deeds on sites; each is one transaction with its audit entry. What was counted before keeps its site.</summary>
public sealed class SiteActions(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source, TimeProvider clock)
{
    public Task<FormResult> AddAsync(SiteDraft draft, Actor actor, CancellationToken ct) =>
        SaveAsync(null, draft, actor, ct);

    public Task<FormResult> ChangeAsync(int id, SiteDraft draft, Actor actor, CancellationToken ct) =>
        SaveAsync(id, draft, actor, ct);

    /// <summary>Its firewalls then stand nowhere; their days are those of UTC, or of the one site that is left.</summary>
    public async Task<FormResult> RemoveAsync(int id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Engineer))
            return FormResult.Forbidden;

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await db.Sites.SingleOrDefaultAsync(site => site.Id == id, ct) is not { } site)
            return FormResult.NotFound;

        var zones = await SeriesZones.AllAsync(ConnectionOf(db), ct);
        var firewalls = await db.Firewalls.Where(firewall => firewall.SiteId == id).ToListAsync(ct);
        var before = Standing.Of(site, firewalls);
        firewalls.ForEach(firewall => firewall.SiteId = null);
        db.Sites.Remove(site);
        Note(db, actor, "remove", id, before, null);
        if (!await db.TrySaveAsync(ct))
            return FormResult.NotFound;
        await SeriesZones.LearnAnewAsync(ConnectionOf(db), zones, $"site {site.Name} removed", ct);
        await transaction.CommitAsync(ct);
        return await DoneAsync(id, ct);
    }

    private async Task<FormResult> SaveAsync(int? id, SiteDraft draft, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Engineer))
            return FormResult.Forbidden;
        if (draft.Problems is { Count: > 0 } problems)
            return FormResult.Refused(problems);

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var sites = await db.Sites.ToListAsync(ct);
        var site = id is null ? new Site { Name = "" } : sites.Find(each => each.Id == id);
        if (site is null)
            return FormResult.NotFound;
        if (Clash(draft, sites.Where(other => other.Id != id)) is { } clash)
            return clash;

        var zones = await SeriesZones.AllAsync(ConnectionOf(db), ct);
        var stood = await db.Firewalls.Where(firewall => id != null && firewall.SiteId == id).ToListAsync(ct);
        var ids = draft.FirewallIds ?? [];
        var stand = await db.Firewalls.Where(firewall => ids.Contains(firewall.Id)).ToListAsync(ct);
        var before = id is null ? null : Standing.Of(site, stood);
        site.Name = draft.Name.Trim();
        site.Networks = [.. draft.Parsed.Select(network => network.ToString())];
        site.TimeZone = draft.TimeZone;
        if (id is null)
            db.Sites.Add(site);
        stood.ForEach(firewall => firewall.Site = null);
        stand.ForEach(firewall => firewall.Site = site);
        if (!await db.TrySaveUniqueAsync(ct)) // its id is what the trail names
            return Taken(site.Name);
        Note(db, actor, id is null ? "add" : "change", site.Id, before, Standing.Of(site, stand));
        await db.SaveChangesAsync(ct);
        await SeriesZones.LearnAnewAsync(ConnectionOf(db), zones, $"time zone of site {site.Name}", ct);
        await transaction.CommitAsync(ct);
        return await DoneAsync(site.Id, ct);
    }

    private static NpgsqlConnection ConnectionOf(DenywatchDb db) => (NpgsqlConnection)db.Database.GetDbConnection();

    /// <summary>A name or a network that is another site's; null where there is none.</summary>
    private static FormResult? Clash(SiteDraft draft, IEnumerable<Site> others)
    {
        foreach (var other in others)
        {
            if (string.Equals(other.Name, draft.Name.Trim(), StringComparison.OrdinalIgnoreCase))
                return Taken(other.Name);
            var theirs = other.Networks.Select(FlowScope.NetworkOf).OfType<IPNetwork>();
            foreach (var network in draft.Parsed.Intersect(theirs))
                return FormResult.Refused(
                    "networks",
                    $"{network} is {other.Name}'s already; only a smaller or a larger network may be another site's."
                );
        }
        return null;
    }

    private static FormResult Taken(string name) =>
        FormResult.Refused("name", $"There is a site called {name} already.");

    private async Task<FormResult> DoneAsync(int id, CancellationToken ct)
    {
        await DatabaseEars.AnnounceAsync(source, Topic.Estate, ct);
        return FormResult.Done(id);
    }

    private void Note(DenywatchDb db, Actor actor, string deed, int id, Standing? before, Standing? after) =>
        db.Audit.Add(
            Audit.Entry(
                actor,
                deed,
                ("site", id.ToString(CultureInfo.InvariantCulture)),
                before,
                after,
                null,
                clock.GetUtcNow()
            )
        );

    /// <summary>What the audit trail keeps of one.</summary>
    private sealed record Standing(
        string Name,
        IReadOnlyList<string> Networks,
        string TimeZone,
        IReadOnlyList<string> Firewalls
    )
    {
        public static Standing Of(Site site, IEnumerable<Firewall> firewalls) =>
            new(
                site.Name,
                site.Networks,
                site.TimeZone,
                [.. firewalls.Select(firewall => firewall.Name).Order(StringComparer.Ordinal)]
            );
    }
}
