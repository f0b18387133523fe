using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Live;
using Denywatch.Web.Ui;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.DataSources;

/// <summary>
/// Raises an alarm where a source turned quiet or late, brings what another brings or logs otherwise than before, and ends it
/// when that is over. Of several nodes one is first; the alarm and what is told of it are one transaction.
/// </summary>
public sealed class SourceAlarmsTask(
    IDbContextFactory<DenywatchDb> dbs,
    DataSourceQueries queries,
    SourceChanges changes,
    NpgsqlDataSource source,
    TimeProvider clock
)
{
    private const long AlarmLock = 0x44454E5D;

    public async Task RunAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var found = await changes.LookAsync(now, ct);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({AlarmLock})", ct);

        var open = await db
            .SourceAlarms.Include(alarm => alarm.DataSource.Firewall)
            .Where(alarm => alarm.EndedAt == null)
            .ToListAsync(ct);
        List<SourceAlarm> news = [];
        foreach (var row in await queries.HealthAsync(ct))
        {
            var quiet = open.Find(alarm => alarm.DataSourceId == row.Id && alarm.Kind == SourceAlarmKind.Quiet);
            var late = open.Find(alarm => alarm.DataSourceId == row.Id && alarm.Kind == SourceAlarmKind.Late);
            // Silence that has become a habit meanwhile is silence still: only a line ends it.
            if (quiet is not null && row.LastReceivedAt > quiet.Since && row.Health.State != LampState.Quiet)
                End(quiet);
            if (late is not null && row.Health.State == LampState.Ok)
                End(late);
            if (quiet is null && row.Health.State == LampState.Quiet)
                await RaiseAsync(new(SourceAlarmKind.Quiet, row.Id, null, row.LastReceivedAt, row.Health.Reason));
            if (late is null && row.Health.State == LampState.Late)
                await RaiseAsync(new(SourceAlarmKind.Late, row.Id, null, now, row.Health.Reason));
        }
        foreach (var finding in found)
        {
            var told = open.Find(alarm => alarm.DataSourceId == finding.SourceId && alarm.Kind == finding.Kind);
            if (finding.Since is null && told is not null)
                End(told);
            else if (finding.Since is not null && told is null && !IsNews(finding))
                await RaiseAsync(finding);
        }
        if (news.Count == 0)
            return;

        await db.SaveChangesAsync(ct); // their ids are what messages refer to
        foreach (var alarm in news)
            await Outbox.AddAsync(db, alarm, ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Sources, ct);

        void End(SourceAlarm alarm)
        {
            if (alarm.End(now))
                news.Add(alarm);
        }

        // A source may bring the same as two others; one alarm says so.
        bool IsNews(SourceFinding finding) =>
            news.Exists(alarm => alarm.DataSourceId == finding.SourceId && alarm.Kind == finding.Kind);

        async Task RaiseAsync(SourceFinding finding)
        {
            var alarm = new SourceAlarm
            {
                DataSourceId = finding.SourceId,
                DataSource = await db
                    .DataSources.Include(s => s.Firewall)
                    .SingleAsync(s => s.Id == finding.SourceId, ct),
                OtherSourceId = finding.OtherSourceId,
                Kind = finding.Kind,
                Since = finding.Since!.Value,
                RaisedAt = now,
                Reason = finding.Reason,
            };
            db.SourceAlarms.Add(alarm);
            news.Add(alarm);
        }
    }
}
