using Denywatch.Events.Integrations;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.DataSources;

/// <summary>
/// Deeds on data sources. Zone and pin belong to the sender: its lines are read before it is known which firewall they
/// speak of, so all its sources change together.
/// </summary>
public sealed class DataSourceActions(IDbContextFactory<DenywatchDb> dbs, TimeProvider clock)
{
    /// <summary>Says in which zone the sender's clock ticks where its lines do not say so.</summary>
    /// <param name="zone">An IANA name.</param>
    public Task<AccountResult> SetZoneAsync(string sender, string zone, Actor actor, CancellationToken ct) =>
        !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) || !found.HasIanaId
            ? Task.FromResult(AccountResult.Refused($"\"{zone}\" is no IANA time zone, such as Europe/Berlin."))
            : ChangeAsync(sender, "set time zone", actor, source => source.TimeZone = zone, ct);

    /// <summary>Reads every line of the sender as this integration, or with null as what it looks like.</summary>
    public Task<AccountResult> PinAsync(string sender, string? integration, Actor actor, CancellationToken ct) =>
        integration is not null && Catalogue.Find(integration) is null
            ? Task.FromResult(AccountResult.Refused($"There is no integration called {integration}."))
            : ChangeAsync(
                sender,
                integration is null ? "unpin integration" : "pin integration",
                actor,
                source => source.PinnedIntegration = integration,
                ct
            );

    /// <summary>Forgets the rejects of a source, once their cause is gone.</summary>
    public async Task<AccountResult> ClearRejectsAsync(int id, Actor actor, CancellationToken ct)
    {
        if (!actor.May(Policy.Engineer))
            return new(Outcome.Forbidden, "Only an engineer may do that.");

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var sender = await db
            .DataSources.Where(source => source.Id == id)
            .Select(source => source.Sender)
            .SingleOrDefaultAsync(ct);
        if (sender is null)
            return AccountResult.NotFound;

        var reasons = await db.Rejects.Where(reject => reject.DataSourceId == id).ExecuteDeleteAsync(ct);
        db.Audit.Add(
            Audit.Entry(actor, "clear rejects", ("sender", sender), new { reasons }, null, null, clock.GetUtcNow())
        );
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return AccountResult.Done;
    }

    private async Task<AccountResult> ChangeAsync(
        string sender,
        string deed,
        Actor actor,
        Action<DataSource> change,
        CancellationToken ct
    )
    {
        if (!actor.May(Policy.Engineer))
            return new(Outcome.Forbidden, "Only an engineer may do that.");

        await using var db = await dbs.CreateDbContextAsync(ct);
        var sources = await db.DataSources.Where(source => source.Sender == sender).ToListAsync(ct);
        if (sources.Count == 0)
            return AccountResult.NotFound;

        var before = Standing.Of(sources[0]);
        sources.ForEach(change);
        db.Audit.Add(
            Audit.Entry(actor, deed, ("sender", sender), before, Standing.Of(sources[0]), null, clock.GetUtcNow())
        );
        await db.SaveChangesAsync(ct);
        return AccountResult.Done;
    }

    private sealed record Standing(string TimeZone, string? PinnedIntegration)
    {
        public static Standing Of(DataSource source) => new(source.TimeZone, source.PinnedIntegration);
    }
}
