using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.DataSources;

/// <summary>What a look at closed slices says of a source.</summary>
/// <param name="Since">Null where it is over.</param>
/// <param name="Reason">A sentence; empty where it is over.</param>
public sealed record SourceFinding(
    SourceAlarmKind Kind,
    int SourceId,
    int? OtherSourceId = null,
    DateTimeOffset? Since = null,
    string Reason = ""
);

/// <summary>
/// Looks for what cannot be seen in one moment: feeds that bring the same, and sources that log otherwise than before. A look
/// is worth it when a slice has become whole, so between two of them it finds nothing new.
/// </summary>
public sealed class SourceChanges(IDbContextFactory<DenywatchDb> dbs, FeedComparison feeds, LoggingPast past)
{
    /// <summary>A pair that a person called no concern is left alone for so long.</summary>
    private static readonly TimeSpan Dismissed = TimeSpan.FromDays(90);

    /// <summary>Rollups of an hour are made by this minute of the next.</summary>
    private const int RollupsMade = 15;

    private DateTimeOffset looked;

    /// <summary>What began and what is over; what is not among them stays as it was.</summary>
    public async Task<IReadOnlyList<SourceFinding>> LookAsync(DateTimeOffset now, CancellationToken ct)
    {
        var to = FeedComparison.WholeUntil(now);
        if (to <= looked)
            return [];

        await using var db = await dbs.CreateDbContextAsync(ct);
        var alarms = await db
            .SourceAlarms.AsNoTracking()
            .Where(alarm => alarm.EndedAt == null || alarm.EndedAt > now - Dismissed)
            .ToListAsync(ct);
        List<SourceFinding> found =
        [
            .. await DuplicatesAsync(db, alarms.FindAll(alarm => alarm.Kind == SourceAlarmKind.Duplicate), to, ct),
            .. await ChangesAsync(alarms.FindAll(alarm => alarm.Kind == SourceAlarmKind.LoggingChanged), now, to, ct),
        ];
        looked = to;
        return found;
    }

    private async Task<List<SourceFinding>> DuplicatesAsync(
        DenywatchDb db,
        List<SourceAlarm> alarms,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        static (int, int) PairOf(SourceAlarm alarm) =>
            (
                Math.Min(alarm.DataSourceId, alarm.OtherSourceId ?? 0),
                Math.Max(alarm.DataSourceId, alarm.OtherSourceId ?? 0)
            );
        var open = alarms.FindAll(alarm => alarm.EndedAt is null);
        var leftAlone = alarms.FindAll(alarm => alarm.EndedBy is not null).ConvertAll(PairOf);
        var pairs = await feeds.BeforeAsync(to, open.ConvertAll(PairOf), ct);

        List<SourceFinding> found =
        [
            .. open.Where(alarm => DuplicateFeed.StateOf([.. pairs[PairOf(alarm)]], to) == FeedState.Apart)
                .Select(alarm => new SourceFinding(alarm.Kind, alarm.DataSourceId)),
        ];
        var same = pairs
            .Where(pair => !leftAlone.Contains(pair.Key) && !open.Exists(alarm => PairOf(alarm) == pair.Key))
            .Where(pair => DuplicateFeed.StateOf([.. pair], to) == FeedState.Duplicate)
            .ToList();
        if (same.Count == 0)
            return found;

        var names = await db
            .DataSources.Select(s => new FeedName(s.Id, s.Firewall.Name, s.Integration, s.Sender, s.FirstSeenAt))
            .ToDictionaryAsync(name => name.Id, ct);
        foreach (var pair in same)
        {
            var duplicate = DuplicateFeed.Of([.. pair], names[pair.Key.A], names[pair.Key.B]);
            found.Add(
                new(
                    SourceAlarmKind.Duplicate,
                    duplicate.Superfluous.Id,
                    duplicate.Kept.Id,
                    duplicate.Since,
                    duplicate.Reason
                )
            );
        }
        return found;
    }

    private async Task<List<SourceFinding>> ChangesAsync(
        List<SourceAlarm> alarms,
        DateTimeOffset now,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        var (open, ended) = (alarms.FindAll(a => a.EndedAt is null), alarms.FindAll(a => a.EndedAt is not null));
        var hours = await past.HoursAsync(to, ct);
        var rules = to.Minute == RollupsMade ? await past.RulesAsync(to, ct) : new Dictionary<int, FirewallRules>();

        List<SourceFinding> found =
        [
            .. open.Where(alarm => now - alarm.RaisedAt >= LoggingChange.Remembered)
                .Select(alarm => new SourceFinding(alarm.Kind, alarm.DataSourceId)),
        ];
        foreach (var (id, all) in hours.Where(source => !open.Exists(alarm => alarm.DataSourceId == source.Key)))
        {
            // What was told and ended is normal since then: the past begins there.
            var from = ended.Where(alarm => alarm.DataSourceId == id).Max(alarm => (DateTimeOffset?)alarm.Since);
            var known = from is null ? all : all.FindAll(hour => hour.At >= from);
            var ofFirewall = (rules.GetValueOrDefault(id) ?? FirewallRules.None).Since(from);
            if (LoggingChange.Of(known, ofFirewall) is { } change)
                found.Add(new(SourceAlarmKind.LoggingChanged, id, null, change.Since, change.What));
        }
        return found;
    }
}
