using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Denywatch.Storage;

/// <summary>News of one alert, taken from it and not written yet.</summary>
internal readonly record struct TakenNews(Alert Alert, AlertNews News);

/// <summary>What is to be told about alerts, written in the transaction that changes them.</summary>
public static class Outbox
{
    /// <summary>Takes the news of all alerts that are about to be saved.</summary>
    internal static List<TakenNews> TakeFrom(ChangeTracker tracker) =>
        [
            .. tracker
                .Entries<Alert>()
                .Where(entry => entry.State is EntityState.Added or EntityState.Modified)
                .Select(entry => entry.Entity)
                .ToList() // taking changes the alert, and thereby its entry
                .Select(alert => (Alert: alert, News: alert.TakeNews()))
                .Where(taken => taken.News is not null)
                .Select(taken => new TakenNews(taken.Alert, taken.News!.Value)),
        ];

    /// <summary>Adds a message for each connector that wants it; the caller saves. Alerts have their ids by now.</summary>
    internal static async Task AddAsync(DenywatchDb db, List<TakenNews> taken, CancellationToken ct)
    {
        var connectors = await ConnectorsAsync(db, ct);
        if (connectors.Count == 0)
            return;

        var (installation, now) = await InstallationAsync(db, ct);
        var ids = taken.ConvertAll(news => news.Alert.Id);
        var ruleIds = taken.ConvertAll(news => news.Alert.RuleId);
        var rules = await db.Rules.AsNoTracking().Where(r => ruleIds.Contains(r.Id)).ToDictionaryAsync(r => r.Id, ct);
        var told = await db
            .Deliveries.Where(delivery => ids.Contains(delivery.AlertId!.Value))
            .GroupBy(delivery => new { delivery.AlertId, delivery.ConnectorId })
            .Select(each => new { each.Key, Last = each.Max(delivery => delivery.Sequence) })
            .ToDictionaryAsync(each => (each.Key.AlertId!.Value, each.Key.ConnectorId), each => each.Last, ct);
        foreach (var (alert, news) in taken)
        {
            foreach (var connector in connectors)
            {
                // Who heard of it hears how it goes on; whoever hears of it first hears that it opened.
                var sequence = told.GetValueOrDefault((alert.Id, connector.Id)) + 1;
                if (sequence == 1 && (news == AlertNews.Closed || !connector.Wants(alert)))
                    continue;

                var (what, id) = (sequence == 1 ? AlertNews.Opened : news, Guid.CreateVersion7(now));
                var key = Key(installation, alert.Id);
                db.Deliveries.Add(
                    new()
                    {
                        ConnectorId = connector.Id,
                        AlertId = alert.Id,
                        News = what,
                        MessageId = id,
                        Sequence = sequence,
                        Body = AlertMessage.Of(alert, rules[alert.RuleId], what, key, id, sequence, now).ToJson(),
                        CreatedAt = now,
                    }
                );
            }
        }
    }

    /// <summary>Adds a message about a source for each connector that wants it; the caller saves. The alarm has its id by now.</summary>
    public static async Task AddAsync(DenywatchDb db, SourceAlarm alarm, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(alarm);
        var connectors = await ConnectorsAsync(db, ct);
        if (connectors.Count == 0)
            return;

        var (installation, now) = await InstallationAsync(db, ct);
        var told = await db
            .Deliveries.Where(delivery => delivery.SourceAlarmId == alarm.Id)
            .Select(delivery => delivery.ConnectorId)
            .ToListAsync(ct);
        var news = alarm.EndedAt is null ? AlertNews.Opened : AlertNews.Closed;
        foreach (var connector in connectors)
        {
            // Who heard of it hears that it is over, and nobody else.
            if (news == AlertNews.Opened ? !connector.Wants(alarm) : !told.Contains(connector.Id))
                continue;

            var (id, sequence) = (Guid.CreateVersion7(now), news == AlertNews.Opened ? 1 : 2);
            var key = $"denywatch-{installation:N}-source-alarm-{alarm.Id}";
            db.Deliveries.Add(
                new()
                {
                    ConnectorId = connector.Id,
                    AlertId = null,
                    SourceAlarmId = alarm.Id,
                    News = news,
                    MessageId = id,
                    Sequence = sequence,
                    Body = AlertMessage.Of(alarm, news, key, id, sequence, now).ToJson(),
                    CreatedAt = now,
                }
            );
        }
    }

    private static Task<List<Connector>> ConnectorsAsync(DenywatchDb db, CancellationToken ct) =>
        db
            .Connectors.AsNoTracking()
            .Where(connector => connector.IsEnabled && connector.RemovedAt == null)
            .OrderBy(connector => connector.Id)
            .ToListAsync(ct);

    /// <summary>A message that tries a connector; the caller sends and saves it.</summary>
    public static async Task<Delivery> TrialAsync(
        DenywatchDb db,
        int connectorId,
        DateTimeOffset at,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(db);
        var (installation, _) = await InstallationAsync(db, ct);
        var id = Guid.CreateVersion7(at);
        return new()
        {
            ConnectorId = connectorId,
            AlertId = null,
            News = AlertNews.Test,
            MessageId = id,
            Sequence = 1,
            Body = AlertMessage.Trial($"denywatch-{installation:N}-test-{id:N}", id, at).ToJson(),
            CreatedAt = at,
        };
    }

    private static string Key(Guid installation, long alert) => $"denywatch-{installation:N}-alert-{alert}";

    /// <summary>Which installation this is, and the database's time: one clock for all nodes.</summary>
    private static async Task<Installation> InstallationAsync(DenywatchDb db, CancellationToken ct) =>
        await db.Database.SqlQuery<Installation>($"SELECT id, now() AS now FROM installation").SingleAsync(ct);

    private sealed record Installation(Guid Id, DateTimeOffset Now);
}
