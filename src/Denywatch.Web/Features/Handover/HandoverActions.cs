using Denywatch.Storage;
using Denywatch.Web.Features.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Handover;

/// <summary>The end of somebody's shift.</summary>
public sealed class HandoverActions(IDbContextFactory<DenywatchDb> dbs, TimeProvider clock)
{
    public const string Deed = "sign off";

    /// <summary>Says that the shift is over; the next handover begins here. It is an entry of the audit trail, and nothing else.</summary>
    public async Task<Outcome> SignOffAsync(string? note, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Triage))
            return Outcome.Forbidden;

        await using var db = await dbs.CreateDbContextAsync(ct);
        db.Audit.Add(Audit.Entry(actor, Deed, ("shift", actor.Name), null, null, note, clock.GetUtcNow()));
        await db.SaveChangesAsync(ct);
        return Outcome.Done;
    }
}
