using Denywatch.Events.Maintenance;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Exceptions;
using Microsoft.EntityFrameworkCore;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Features.Windows;

/// <summary>Maintenance windows as they are asked for: one, or those of an imported calendar, for the same traffic.</summary>
/// <param name="Traffic">What they subtract, who answers for it, and until when they recur.</param>
/// <param name="Schedules">When: one for each window.</param>
public sealed record WindowDraft(ExceptionDraft Traffic, IReadOnlyList<Schedule> Schedules)
{
    /// <summary>Windows that are saved at once.</summary>
    public const int MostAtOnce = 200;

    internal ExceptionChange Change => new(null, Traffic, Schedules);

    /// <summary>What is wrong with it, as a sentence; null where nothing is.</summary>
    public string? ProblemAt(DateTimeOffset now)
    {
        if (Traffic is not { Scope: not null } || Schedules is not { Count: > 0 } || Schedules.Contains(null!))
            return "Say which traffic, and at least one time.";
        if (Schedules.Count > MostAtOnce)
            return $"These are {Schedules.Count} windows: save at most {MostAtOnce} at once.";
        return Traffic.ProblemAt(now) ?? Schedules.Select(ProblemOf).FirstOrDefault(problem => problem is not null);
    }

    private string? ProblemOf(Schedule schedule) =>
        schedule.ProblemIn(Traffic.From, Traffic.Until) is not { } problem ? null
        : Schedules.Count == 1 ? problem
        : $"{schedule.Name}: {problem}";
}

/// <summary>What came of saving windows.</summary>
/// <param name="Ids">Of the windows that were added or, where a calendar's entry was imported before, changed.</param>
/// <param name="Problem">Why not, where it was refused.</param>
public sealed record WindowResult(Outcome Outcome, IReadOnlyList<int> Ids, string? Problem = null)
{
    public static WindowResult Refused(string problem) => new(Outcome.Refused, [], problem);
}

/// <summary>What engineers do to maintenance windows; ending one is as for any exception.</summary>
public sealed class WindowActions(ExceptionPreview preview, ExceptionLedger ledger, TimeProvider clock)
{
    /// <summary>Adds windows; one that has the UID of an entry that is imported again takes its new times instead.</summary>
    public async Task<WindowResult> AddAsync(WindowDraft draft, Actor actor, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(draft);
        ArgumentNullException.ThrowIfNull(actor);
        var now = clock.GetUtcNow();
        if (!actor.May(Policy.Engineer))
            return new(Outcome.Forbidden, []);
        if (draft.ProblemAt(now) is { } problem)
            return WindowResult.Refused(problem);
        if (await preview.LossProblemAsync(draft.Change, ct) is { } loss)
            return WindowResult.Refused(loss);

        var changed = await ledger.ChangeAsync(
            async (db, next) =>
            {
                var known = await db
                    .Exceptions.Where(e => e.Schedule != null && e.RemovedAt == null && e.Until > now)
                    .ToListAsync(ct);
                List<TrafficException> windows = [];
                foreach (var schedule in draft.Schedules)
                {
                    var same = known.Find(e => e.Schedule!.Uid is { } uid && uid == schedule.Uid);
                    windows.Add(
                        same is null
                            ? await AddAsync(db, draft.Traffic, schedule, actor, now, await next())
                            : Change(db, same, draft.Traffic, schedule, actor, now, await next())
                    );
                }
                return windows;
            },
            changed => changed is [var one] ? one.Title : $"{changed.Count} windows ({draft.Traffic.Scope})",
            ct
        );
        return new(Outcome.Done, [.. changed.Select(window => window.Id)]);
    }

    /// <summary>Leaves one occurrence out: its traffic counts.</summary>
    /// <param name="at">A moment within it.</param>
    public async Task<WindowResult> SkipAsync(
        int id,
        DateTimeOffset at,
        string reason,
        Actor actor,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Engineer))
            return new(Outcome.Forbidden, []);
        if (string.IsNullOrWhiteSpace(reason))
            return WindowResult.Refused("Give a reason: the next shift will ask.");

        var slice = Events.DenyFlow.SliceOf(at);
        var span = Schedule.Longest + TimeSpan.FromDays(1);
        Occurrence? skipped = null;
        var changed = await ledger.ChangeAsync(
            async (db, next) =>
            {
                var found = await db.Exceptions.FindAsync([id], ct);
                if (found is not { RemovedAt: null, Schedule: { } schedule })
                    return [];
                skipped = schedule.CalendarOf(slice - span, slice + span).At(slice);
                if (skipped is not { } occurrence || slice < found.From || slice >= found.Until)
                    return [];
                var before = ExceptionStanding.Of(found);
                found.Schedule = schedule.Skip(occurrence);
                found.Change = await next();
                ExceptionLedger.Note(
                    db,
                    actor,
                    "skip",
                    found,
                    before,
                    $"{occurrence.From:u}: {reason.Trim()}",
                    clock.GetUtcNow()
                );
                return [found];
            },
            changed => $"{changed[0].Title} without {skipped:u}",
            ct
        );
        return changed.Count > 0 ? new(Outcome.Done, [id]) : WindowResult.Refused("It has no occurrence at that time.");
    }

    private static async Task<TrafficException> AddAsync(
        DenywatchDb db,
        ExceptionDraft traffic,
        Schedule schedule,
        Actor actor,
        DateTimeOffset now,
        long change
    )
    {
        var added = traffic.ToException(actor.Name, now, change);
        added.Schedule = schedule;
        db.Exceptions.Add(added);
        await db.SaveChangesAsync();
        ExceptionLedger.Note(db, actor, "add", added, null, traffic.Why, now);
        return added;
    }

    private static TrafficException Change(
        DenywatchDb db,
        TrafficException known,
        ExceptionDraft traffic,
        Schedule schedule,
        Actor actor,
        DateTimeOffset now,
        long change
    )
    {
        var before = ExceptionStanding.Of(known);
        var wanted = traffic.ToException(actor.Name, now, change);
        (known.Scope, known.Owner, known.Reason) = (wanted.Scope, wanted.Owner, wanted.Reason);
        (known.Until, known.Schedule, known.Change) = (wanted.Until, schedule, change);
        ExceptionLedger.Note(db, actor, "change", known, before, traffic.Why, now);
        return known;
    }
}
