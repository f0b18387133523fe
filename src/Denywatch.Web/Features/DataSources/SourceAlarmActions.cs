using System.Globalization;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.DataSources;

/// <summary>What people do with alarms of sources.</summary>
public sealed class SourceAlarmActions(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source, TimeProvider clock)
{
    /// <summary>Says that somebody looks after it.</summary>
    public Task<DeedResult> AcknowledgeAsync(long id, Actor actor, CancellationToken ct) =>
        DoAsync(
            id,
            "acknowledge",
            Policy.Triage,
            null,
            actor,
            (alarm, at) =>
                alarm.Acknowledge(actor.Name, at)
                    ? null
                    : $"It is {(alarm.EndedAt is null ? $"in the hands of {alarm.AcknowledgedBy}" : "over")} already.",
            ct
        );

    /// <summary>Ends it as no concern: a pair of feeds is left alone, a way of logging is the new normal.</summary>
    public Task<DeedResult> DismissAsync(long id, string? reason, Actor actor, CancellationToken ct) =>
        DoAsync(
            id,
            "dismiss",
            Policy.Engineer,
            reason,
            actor,
            (alarm, at) =>
                string.IsNullOrWhiteSpace(reason) ? "A reason is required."
                : alarm.Dismiss(actor.Name, at) ? null
                : alarm.EndedAt is null ? "It ends by itself, with what the source sends."
                : "It is over already.",
            ct
        );

    /// <param name="deed">Changes the alarm; a sentence where it does not.</param>
    private async Task<DeedResult> DoAsync(
        long id,
        string name,
        Policy policy,
        string? reason,
        Actor actor,
        Func<SourceAlarm, DateTimeOffset, string?> deed,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(policy))
            return new(Outcome.Forbidden, "Your role may not do that.");

        var now = clock.GetUtcNow();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var alarm = await db.SourceAlarms.Include(a => a.DataSource.Firewall).SingleOrDefaultAsync(a => a.Id == id, ct);
        if (alarm is null)
            return new(Outcome.NotFound, "There is no such alarm.");

        var before = Standing.Of(alarm);
        if (deed(alarm, now) is { } problem)
            return DeedResult.Refused(problem);

        db.Audit.Add(
            Audit.Entry(
                actor,
                name,
                ("source alarm", id.ToString(CultureInfo.InvariantCulture)),
                before,
                Standing.Of(alarm),
                reason,
                now
            )
        );
        if (alarm.EndedAt is not null)
            await Outbox.AddAsync(db, alarm, ct);
        if (!await db.TrySaveAsync(ct))
            return DeedResult.Refused("Somebody else was faster: look again.");

        await DatabaseEars.AnnounceAsync(source, Topic.Sources, ct);
        return new(Outcome.Done);
    }

    private sealed record Standing(string Kind, string Firewall, string? AcknowledgedBy, DateTimeOffset? EndedAt)
    {
        public static Standing Of(SourceAlarm alarm) =>
            new(SourceAlarmWords.Name(alarm.Kind), alarm.DataSource.Firewall.Name, alarm.AcknowledgedBy, alarm.EndedAt);
    }
}
