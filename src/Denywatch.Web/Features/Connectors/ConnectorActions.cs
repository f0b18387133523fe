using System.Globalization;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Connectors;

/// <summary>What came of a deed on a connector.</summary>
/// <param name="Problem">Why not, for the person who asked.</param>
/// <param name="Secret">Shown once: what a webhook is signed with from now on.</param>
/// <param name="Answer">What the other side said to a test.</param>
public sealed record ConnectorResult(
    Outcome Outcome,
    string? Problem = null,
    int? Id = null,
    string? Secret = null,
    Answer? Answer = null
)
{
    public static ConnectorResult Forbidden { get; } = new(Outcome.Forbidden, "Only an admin may do that.");
    public static ConnectorResult NotFound { get; } = new(Outcome.NotFound, "It is not there any more.");

    public static ConnectorResult Refused(string problem) => new(Outcome.Refused, problem);
}

/// <summary>Deeds on connectors; each is one transaction with its audit entry, and no secret is in either.</summary>
public sealed class ConnectorActions(
    IDbContextFactory<DenywatchDb> dbs,
    NpgsqlDataSource source,
    ConnectorSecrets secrets,
    IEnumerable<IChannel> channels,
    TimeProvider clock
)
{
    /// <summary>Adds a connector; a webhook's secret is in the result and shown nowhere else.</summary>
    public async Task<ConnectorResult> AddAsync(ConnectorDraft draft, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Administer))
            return ConnectorResult.Forbidden;
        if (draft.Problem is { } problem)
            return ConnectorResult.Refused(problem);

        var secret = draft.Kind == ConnectorKind.Webhook ? WebhookSignature.NewSecret() : null;
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var connector = new Connector
        {
            Name = draft.Name.Trim(),
            Kind = draft.Kind,
            Address = draft.Address.Trim(),
            MinimumRank = (int)draft.MinimumSeverity,
            RuleIds = [.. draft.RuleIds ?? []],
            ProtectedSecret = secret is null ? null : secrets.Protect(secret),
            CreatedBy = actor.Name,
            CreatedAt = clock.GetUtcNow(),
        };
        db.Connectors.Add(connector);
        if (!await db.TrySaveUniqueAsync(ct))
            return ConnectorResult.Refused($"There is a connector called {connector.Name} already.");
        Note(db, actor, "add", connector, null);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return await DoneAsync(new(Outcome.Done, Id: connector.Id, Secret: secret), ct);
    }

    /// <summary>Its kind stays: a webhook does not become a mail.</summary>
    public Task<ConnectorResult> ChangeAsync(int id, ConnectorDraft draft, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(draft);
        return DoAsync(
            id,
            "change",
            actor,
            connector =>
            {
                if ((draft with { Kind = connector.Kind }).Problem is { } problem)
                    return ConnectorResult.Refused(problem);
                (connector.Name, connector.Address) = (draft.Name.Trim(), draft.Address.Trim());
                (connector.MinimumRank, connector.RuleIds) = ((int)draft.MinimumSeverity, [.. draft.RuleIds ?? []]);
                return new(Outcome.Done, Id: id);
            },
            ct
        );
    }

    /// <summary>Off: nothing new is told, and what waits goes on waiting until it is on again.</summary>
    public Task<ConnectorResult> SwitchAsync(int id, bool on, Actor actor, CancellationToken ct) =>
        DoAsync(
            id,
            on ? "switch on" : "switch off",
            actor,
            connector =>
            {
                if (connector.IsEnabled == on)
                    return ConnectorResult.Refused($"It is {(on ? "on" : "off")} already.");
                connector.IsEnabled = on;
                return new(Outcome.Done, Id: id);
            },
            ct
        );

    /// <summary>A new secret for a webhook; the old one signs nothing any more.</summary>
    public Task<ConnectorResult> NewSecretAsync(int id, Actor actor, CancellationToken ct) =>
        DoAsync(
            id,
            "new secret",
            actor,
            connector =>
            {
                if (connector.Kind != ConnectorKind.Webhook)
                    return ConnectorResult.Refused("Mail is not signed.");
                var secret = WebhookSignature.NewSecret();
                connector.ProtectedSecret = secrets.Protect(secret);
                return new(Outcome.Done, Id: id, Secret: secret);
            },
            ct
        );

    /// <summary>What waits is given up with it; what was told stays in the log.</summary>
    public Task<ConnectorResult> RemoveAsync(int id, Actor actor, CancellationToken ct) =>
        DoAsync(
            id,
            "remove",
            actor,
            connector =>
            {
                (connector.RemovedAt, connector.ProtectedSecret) = (clock.GetUtcNow(), null);
                return new(Outcome.Done, Id: id);
            },
            ct
        );

    /// <summary>Sends a test at once, past whatever waits, and keeps what the other side said.</summary>
    public async Task<ConnectorResult> TestAsync(int id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Administer))
            return ConnectorResult.Forbidden;

        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await FindAsync(db, id, ct) is not { } connector)
            return ConnectorResult.NotFound;

        var delivery = await Outbox.TrialAsync(db, id, clock.GetUtcNow(), ct);
        var answer = await channels.Single(c => c.Kind == connector.Kind).SendAsync(connector, delivery, ct);
        if (answer.IsDelivered)
            delivery.Delivered(answer.Words, clock.GetUtcNow());
        else
            delivery.GivenUp(answer.Words, clock.GetUtcNow()); // whoever tries it looks at the answer now
        db.Deliveries.Add(delivery);
        db.Audit.Add(Entry(actor, "test", connector, null, null));
        await db.SaveChangesAsync(ct);
        return await DoneAsync(new(Outcome.Done, Id: id, Answer: answer), ct);
    }

    private async Task<ConnectorResult> DoAsync(
        int id,
        string deed,
        Actor actor,
        Func<Connector, ConnectorResult> apply,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Administer))
            return ConnectorResult.Forbidden;

        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (await FindAsync(db, id, ct) is not { } connector)
            return ConnectorResult.NotFound;

        var before = Standing.Of(connector);
        var result = apply(connector);
        if (result.Outcome != Outcome.Done)
            return result;
        Note(db, actor, deed, connector, before);
        if (!await db.TrySaveUniqueAsync(ct))
            return ConnectorResult.Refused(
                $"Somebody changed it meanwhile, or there is a connector called {connector.Name} already: look again."
            );
        if (connector.RemovedAt is { } removedAt)
            await GiveUpAsync(db, id, removedAt, ct);
        await transaction.CommitAsync(ct);
        return await DoneAsync(result, ct);
    }

    private static Task<int> GiveUpAsync(DenywatchDb db, int id, DateTimeOffset at, CancellationToken ct) =>
        db
            .Deliveries.Where(delivery => delivery.ConnectorId == id && delivery.State == DeliveryState.Waiting)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(d => d.State, DeliveryState.GivenUp)
                        .SetProperty(d => d.DoneAt, at)
                        .SetProperty(d => d.NextAt, (DateTimeOffset?)null)
                        .SetProperty(d => d.Answer, "the connector was removed"),
                ct
            );

    private static Task<Connector?> FindAsync(DenywatchDb db, int id, CancellationToken ct) =>
        db.Connectors.SingleOrDefaultAsync(connector => connector.Id == id && connector.RemovedAt == null, ct);

    private async Task<ConnectorResult> DoneAsync(ConnectorResult result, CancellationToken ct)
    {
        await DatabaseEars.AnnounceAsync(source, Topic.Deliveries, ct);
        return result;
    }

    private void Note(DenywatchDb db, Actor actor, string deed, Connector connector, Standing? before) =>
        db.Audit.Add(Entry(actor, deed, connector, before, Standing.Of(connector)));

    private AuditEntry Entry(Actor actor, string deed, Connector connector, Standing? before, Standing? after) =>
        Audit.Entry(
            actor,
            deed,
            ("connector", connector.Id.ToString(CultureInfo.InvariantCulture)),
            before,
            after,
            null,
            clock.GetUtcNow()
        );

    /// <summary>What the audit trail keeps of one.</summary>
    private sealed record Standing(
        string Name,
        ConnectorKind Kind,
        string Address,
        int MinimumRank,
        IReadOnlyList<Guid> RuleIds,
        bool IsEnabled,
        DateTimeOffset? RemovedAt
    )
    {
        public static Standing Of(Connector c) =>
            new(c.Name, c.Kind, c.Address, c.MinimumRank, c.RuleIds, c.IsEnabled, c.RemovedAt);
    }
}
