using Denywatch.Events.Integrations;
using Denywatch.Events.Integrations.Mapped;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Ingestion;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.DataSources;

/// <summary>
/// Deeds on data sources. Zone and pin belong to the sender: its lines are read before it is known which firewall they
/// speak of, so all its sources change together.
/// </summary>
public sealed class DataSourceActions(
    IDbContextFactory<DenywatchDb> dbs,
    NpgsqlDataSource database,
    RejectedLines rejected,
    TimeProvider clock
)
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

    /// <summary>Reads the sender's lines by a mapping of their fields, or with null as what they look like.</summary>
    public Task<AccountResult> MapAsync(string sender, FieldMapping? mapping, Actor actor, CancellationToken ct) =>
        mapping?.Problem() is { } problem
            ? Task.FromResult(AccountResult.Refused($"The mapping cannot be used: {problem}."))
            : ChangeAsync(
                sender,
                mapping is null ? "remove mapping" : "map fields",
                actor,
                source => source.Mapping = mapping is null ? null : MappingJson.Write(mapping),
                ct
            );

    /// <summary>Counts the sender's connections without an answer as denied from now on, or no longer.</summary>
    public Task<AccountResult> CountUnansweredAsync(string sender, bool counts, Actor actor, CancellationToken ct) =>
        ChangeAsync(
            sender,
            counts ? "count unanswered" : "leave out unanswered",
            actor,
            source => source.CountsUnanswered = counts,
            ct
        );

    /// <summary>Says that a firewall's name is another name of a firewall: its events are counted as that one's from now on.</summary>
    /// <param name="of">Name of a firewall that is no other name itself; null or empty: it stands for itself again.</param>
    public async Task<AccountResult> SetAliasAsync(string name, string? of, Actor actor, CancellationToken ct)
    {
        if (!actor.May(Policy.Engineer))
            return Forbidden;

        await using var db = await dbs.CreateDbContextAsync(ct);
        if (
            await db.Firewalls.Include(f => f.AliasOf).SingleOrDefaultAsync(f => f.Name == name, ct) is not { } firewall
        )
            return AccountResult.NotFound;

        Firewall? target = null;
        if (!string.IsNullOrWhiteSpace(of))
        {
            target = await db.Firewalls.SingleOrDefaultAsync(f => f.Name == of.Trim(), ct);
            if (target is null)
                return AccountResult.Refused($"There is no firewall called {of.Trim()}.");
            if (target.Id == firewall.Id || target.AliasOfId is not null)
                return AccountResult.Refused(
                    $"{target.Name} is itself another name; choose the firewall it stands for."
                );
            if (await db.Firewalls.AnyAsync(f => f.AliasOfId == firewall.Id, ct))
                return AccountResult.Refused($"Other names stand for {firewall.Name}; give them their firewall first.");
        }

        var before = firewall.AliasOf?.Name;
        firewall.AliasOfId = target?.Id;
        db.Audit.Add(
            Audit.Entry(
                actor,
                target is null ? "remove alias" : "set alias",
                ("firewall", name),
                new { aliasOf = before },
                new { aliasOf = target?.Name },
                null,
                clock.GetUtcNow()
            )
        );
        await db.SaveChangesAsync(ct);
        await DatabaseEars.AnnounceAsync(database, Topic.SenderSettings, ct);
        return AccountResult.Done;
    }

    /// <summary>Reads the sender's kept rejected lines again, under the settings of now.</summary>
    public async Task<(AccountResult Result, ReadAgain Read)> ReadRejectsAgainAsync(
        string sender,
        IProgress<ReadAgain> progress,
        Actor actor,
        CancellationToken ct
    )
    {
        if (!actor.May(Policy.Engineer))
            return (Forbidden, default);

        var read = await rejected.ReadAsync(sender, progress, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        db.Audit.Add(
            Audit.Entry(
                actor,
                "read rejects again",
                ("sender", sender),
                null,
                new { lines = read.Done, understood = read.Understood },
                null,
                clock.GetUtcNow()
            )
        );
        await db.SaveChangesAsync(ct);
        return (AccountResult.Done, read);
    }

    /// <summary>Forgets the rejects of a source, once their cause is gone.</summary>
    public async Task<AccountResult> ClearRejectsAsync(int id, Actor actor, CancellationToken ct)
    {
        if (!actor.May(Policy.Engineer))
            return Forbidden;

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var sender = await db
            .DataSources.Where(source => source.Id == id)
            .Select(source => source.Sender)
            .SingleOrDefaultAsync(ct);
        if (sender is null)
            return AccountResult.NotFound;

        var reasons = await db.Rejects.Where(reject => reject.DataSourceId == id).ExecuteDeleteAsync(ct);
        await db.Database.ExecuteSqlAsync($"DELETE FROM rejected_lines WHERE data_source_id = {id}", ct);
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
            return Forbidden;

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
        await DatabaseEars.AnnounceAsync(database, Topic.SenderSettings, ct);
        return AccountResult.Done;
    }

    private static AccountResult Forbidden { get; } = new(Outcome.Forbidden, "Only an engineer may do that.");

    private sealed record Standing(string TimeZone, string? PinnedIntegration, bool CountsUnanswered, string? Mapping)
    {
        public static Standing Of(DataSource source) =>
            new(source.TimeZone, source.PinnedIntegration, source.CountsUnanswered, source.Mapping);
    }
}
