using System.Globalization;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Connectors;

/// <summary>What people do to messages that were given up.</summary>
public sealed class DeliveryActions(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source, TimeProvider clock)
{
    /// <summary>Sends one again, with the id it had: before all that waits, since it is older.</summary>
    public async Task<ConnectorResult> SendAgainAsync(long id, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Administer))
            return ConnectorResult.Forbidden;

        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Deliveries.Include(d => d.Connector).SingleOrDefaultAsync(d => d.Id == id, ct) is not { } delivery)
            return ConnectorResult.NotFound;
        if (delivery.Connector.RemovedAt is not null)
            return ConnectorResult.Refused("Its connector was removed.");
        if (delivery.News == AlertNews.Test)
            return ConnectorResult.Refused("A test is not sent again: make another one.");
        if (!delivery.SendAgain())
            return ConnectorResult.Refused("It is not given up.");

        db.Audit.Add(
            Audit.Entry(
                actor,
                "send again",
                ("delivery", id.ToString(CultureInfo.InvariantCulture)),
                new { State = DeliveryState.GivenUp },
                new { delivery.State },
                null,
                clock.GetUtcNow()
            )
        );
        if (!await db.TrySaveAsync(ct))
            return ConnectorResult.Refused("Somebody was faster.");
        await DatabaseEars.AnnounceAsync(source, Topic.Deliveries, ct);
        return new(Outcome.Done);
    }
}
