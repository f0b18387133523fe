using System.Globalization;
using System.Net;
using Denywatch.Events.Assets;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Assets;

/// <summary>Deeds on the roles of assets; each is one transaction with its audit entry. What was counted keeps its role.</summary>
public sealed class AssetActions(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source, TimeProvider clock)
{
    /// <summary>Changes of an import that the audit trail lists one by one.</summary>
    private const int MostListed = 100;

    private const string Write = """
        INSERT INTO assets (network, role, note, changed_by, changed_at)
        SELECT network::cidr, role, note, @by, @at FROM unnest(@networks, @roles, @notes) AS t (network, role, note)
        ON CONFLICT (network) DO UPDATE SET
            role = excluded.role, note = excluded.note, changed_by = excluded.changed_by, changed_at = excluded.changed_at
        """;

    public async Task<FormResult> AddAsync(AssetDraft draft, Actor actor, CancellationToken ct)
    {
        if (Refusal(draft, actor) is { } refusal)
            return refusal;

        var entry = draft.Entry!;
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var asset = new Asset
        {
            Network = entry.Network,
            Role = entry.Role,
            Note = entry.Note,
            ChangedBy = actor.Name,
            ChangedAt = clock.GetUtcNow(),
        };
        db.Assets.Add(asset);
        if (!await db.TrySaveUniqueAsync(ct))
            return Taken(entry);
        Note(db, actor, "add", asset.Id, null, Standing.Of(asset));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return await DoneAsync(asset.Id, ct);
    }

    public async Task<FormResult> ChangeAsync(int id, AssetDraft draft, Actor actor, CancellationToken ct)
    {
        if (Refusal(draft, actor) is { } refusal)
            return refusal;

        var entry = draft.Entry!;
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Assets.SingleOrDefaultAsync(asset => asset.Id == id, ct) is not { } asset)
            return FormResult.NotFound;

        var before = Standing.Of(asset);
        (asset.Network, asset.Role, asset.Note) = (entry.Network, entry.Role, entry.Note);
        (asset.ChangedBy, asset.ChangedAt) = (actor.Name, clock.GetUtcNow());
        Note(db, actor, "change", id, before, Standing.Of(asset));
        return await db.TrySaveUniqueAsync(ct) ? await DoneAsync(id, ct) : Taken(entry);
    }

    public async Task<FormResult> RemoveAsync(int id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Engineer))
            return FormResult.Forbidden;

        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Assets.SingleOrDefaultAsync(asset => asset.Id == id, ct) is not { } asset)
            return FormResult.NotFound;

        db.Assets.Remove(asset);
        Note(db, actor, "remove", id, Standing.Of(asset), null);
        return await db.TrySaveAsync(ct) ? await DoneAsync(id, ct) : FormResult.NotFound;
    }

    /// <summary>What importing a file would do; writes nothing.</summary>
    public async Task<AssetPlan> PreviewAsync(AssetFile file, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return AssetPlan.Of(file, await AssetQueries.AllAsync(connection, ct));
    }

    /// <summary>Takes in the lines that are right; assets that the file does not name stay as they are.</summary>
    /// <returns>What was done; null where the actor may not.</returns>
    public async Task<AssetPlan?> ImportAsync(AssetFile file, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Engineer))
            return null;

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();
        await connection.ExecuteAsync("LOCK TABLE assets IN SHARE ROW EXCLUSIVE MODE", ct);
        var plan = AssetPlan.Of(file, await AssetQueries.AllAsync(connection, ct));
        if (plan.ChangesNothing)
            return plan;

        List<AssetEntry> written = [.. plan.New, .. plan.Changed.Select(change => change.After)];
        await connection.ExecuteAsync(
            Write,
            ct,
            ("networks", written.ConvertAll(entry => entry.Network.ToString()).ToArray()),
            ("roles", written.ConvertAll(entry => entry.Role).ToArray()),
            ("notes", written.ConvertAll(entry => entry.Note).ToArray()),
            ("by", actor.Name),
            ("at", clock.GetUtcNow())
        );
        db.Audit.Add(
            Audit.Entry(
                actor,
                "import",
                ("assets", "file"),
                new { changed = plan.Changed.Take(MostListed).Select(change => Words(change.Before)) },
                new
                {
                    changed = plan.Changed.Take(MostListed).Select(change => Words(change.After)),
                    added = plan.New.Take(MostListed).Select(Words),
                    newAssets = plan.New.Count,
                    changedAssets = plan.Changed.Count,
                    same = plan.Same,
                    wrong = plan.Wrong.Count,
                },
                null,
                clock.GetUtcNow()
            )
        );
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Estate, ct);
        return plan;
    }

    private static FormResult? Refusal(AssetDraft draft, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(actor);
        return !actor.May(Policy.Engineer) ? FormResult.Forbidden
            : draft.Problems is { Count: > 0 } problems ? FormResult.Refused(problems)
            : null;
    }

    private static FormResult Taken(AssetEntry entry) =>
        FormResult.Refused("address", $"{entry.Address} has a role already: look for it in the list.");

    private static string Words(AssetEntry entry) =>
        $"{entry.Address}: {entry.Role}{(entry.Note is { } note ? $", {note}" : "")}";

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
                ("asset", id.ToString(CultureInfo.InvariantCulture)),
                before,
                after,
                null,
                clock.GetUtcNow()
            )
        );

    /// <summary>What the audit trail keeps of one.</summary>
    private sealed record Standing(string Address, string Role, string? Note)
    {
        public static Standing Of(Asset asset) => new(AssetEntry.AddressOf(asset.Network), asset.Role, asset.Note);
    }
}
