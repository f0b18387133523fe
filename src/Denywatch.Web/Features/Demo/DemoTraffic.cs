using System.Net.Sockets;
using System.Text;
using Denywatch.Alerting;
using Denywatch.Events;
using Denywatch.Events.Assets;
using Denywatch.Events.Flows;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Traffic;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Ingestion;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Demo;

/// <summary>
/// Fills an empty database with a generated month up to now, and goes on with live traffic: raw lines over syslog, as
/// firewalls send them.
/// </summary>
public sealed partial class DemoTraffic(
    IDbContextFactory<DenywatchDb> dbs,
    BatchStore batches,
    CountStore counts,
    RecordStore records,
    SeriesScorer scorer,
    RuleActions rules,
    Enrichment enrichment,
    NpgsqlDataSource source,
    Settings settings,
    TimeProvider clock,
    ILogger<DemoTraffic> logger
) : BackgroundService
{
    private const int Seed = 20260;
    private const int SlicesPerBatch = 144;

    /// <summary>Lines sent to our own receiver come from here, so the month's do too.</summary>
    private const string Sender = "syslog:127.0.0.1";

    private const string BeingFilled = "The demo is being filled.";

    // Chosen so that no alert of the month weighs more or less for them.
    private static readonly AssetDraft[] DemoRoles =
    [
        new("10.1.250.10", AssetRoles.OwnScanner, "weekly vulnerability scan"),
        new("10.1.240.0/24", AssetRoles.Guest, "wireless of the lobby"),
        new("10.20.240.0/24", AssetRoles.Guest, "wireless of the lobby"),
        new("10.1.200.0/27", AssetRoles.Server, "applications"),
        new("10.2.200.0/27", AssetRoles.Server, "applications"),
        new("192.168.9.40", AssetRoles.Printer),
    ];

    private static readonly TimeSpan History = TimeSpan.FromDays(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var now = clock.GetUtcNow();
        var generator = await GeneratorAsync(now, stoppingToken);
        await SeedSitesAsync(generator.Estate, stoppingToken);
        await enrichment.RefreshAsync(stoppingToken);
        var start = await FilledUntilAsync(stoppingToken) ?? DenyFlow.SliceOf(now - History);
        await FillAsync(generator, start, now, stoppingToken);
        await ScoreAsync(stoppingToken);
        await GoOnAsync(generator, now, stoppingToken);
    }

    /// <summary>Incidents lie where the first start put them: a later start goes on with the same month.</summary>
    private async Task<TrafficGenerator> GeneratorAsync(DateTimeOffset now, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var first = await db.Sites.AnyAsync(ct)
            ? await db.Firewalls.MinAsync(f => (DateTimeOffset?)f.FirstSeenAt, ct)
            : null;
        var estate = Estate.Default;
        return new(Seed, estate, Incidents.ForMonth(first ?? now, Seed, estate));
    }

    private async Task<DateTimeOffset?> FilledUntilAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db.DataSources.Where(s => s.Sender == Sender).MaxAsync(s => s.LastEventAt, ct);
    }

    private async Task SeedSitesAsync(Estate estate, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Sites.AnyAsync(ct))
            return;

        // Nothing is scored until the whole month is there: its alerts are to come as they would have come.
        await db
            .Jobs.Where(j => j.IsOpen)
            .ExecuteUpdateAsync(
                jobs => jobs.SetProperty(j => j.IsOpen, false).SetProperty(j => j.Problem, BeingFilled),
                ct
            );
        HashSet<string> taken = new(StringComparer.Ordinal);
        foreach (var firewalls in estate.Firewalls.GroupBy(firewall => firewall.Site, StringComparer.Ordinal))
        {
            var site = new Site
            {
                Name = firewalls.Key,
                TimeZone = firewalls.First().Zone.Id,
                Networks =
                [
                    .. firewalls
                        .SelectMany(f => new[] { $"{f.InsideNetwork}.0.0/16", $"{f.PublicNetwork}.0/24" })
                        .Where(taken.Add), // a network is one site's
                ],
            };
            db.Sites.Add(site);
            foreach (var firewall in firewalls)
                db.Firewalls.Add(
                    new()
                    {
                        Name = firewall.Name,
                        Site = site,
                        FirstSeenAt = clock.GetUtcNow(),
                    }
                );
        }
        db.Assets.AddRange(
            DemoRoles.Select(asset => new Asset
            {
                Network = asset.Entry!.Network,
                Role = asset.Entry.Role,
                Note = asset.Entry.Note,
                ChangedBy = "demo",
                ChangedAt = clock.GetUtcNow(),
            })
        );
        await db.SaveChangesAsync(ct);
    }

    private async Task FillAsync(
        TrafficGenerator generator,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken ct
    )
    {
        Filling(from, to);
        var total = (to - from) / DenyFlow.SliceSpan;
        for (var done = 0; done < total; done += SlicesPerBatch)
        {
            var first = DenyFlow.SliceOf(from) + (done * DenyFlow.SliceSpan);
            var batch = BatchOf(generator, first, from, to);
            await batches.AppendAsync(batch, repeats: null, ct);
            if (done % (SlicesPerBatch * 10) == 0)
                Filled((int)(100 * done / total));
        }
    }

    private IntakeBatch BatchOf(
        TrafficGenerator generator,
        DateTimeOffset first,
        DateTimeOffset from,
        DateTimeOffset to
    )
    {
        var keepLines = first > to - TimeSpan.FromDays(settings.KeepLinesDays);
        var exceptions = enrichment.Exceptions;
        var folder = new FlowFolder(enrichment.Current, enrichment.Budget, exceptions);
        Dictionary<(SourceKey, DateTimeOffset), SourceTally> tallies = [];
        Dictionary<SourceKey, (DateTimeOffset, string)> last = [];
        var span = SlicesPerBatch * DenyFlow.SliceSpan;
        for (var slice = first; slice < first + span && slice <= to; slice += DenyFlow.SliceSpan)
        {
            foreach (var made in generator.Slice(slice))
            {
                var at = made.Event.Timestamp!.Value;
                if (at < from || at > to)
                    continue;

                var line =
                    keepLines && made.Event.Verdict == Verdict.Denied
                        ? Encoding.UTF8.GetBytes(TrafficGenerator.RenderLine(made))
                        : [];
                folder.Add(made.Event, at, made.Integration, peer: null, line);
                var key = new SourceKey(Sender, made.Integration, made.Event.Observer!);
                if (!tallies.TryGetValue((key, slice), out var tally))
                    tallies[(key, slice)] = tally = new() { Source = key, Slice = slice };
                if (made.Event.Verdict == Verdict.Denied)
                    tally.Denied++;
                else
                    tally.Allowed++;
                last[key] = (at, LastEvent.Of(made.Event, at));
            }
        }
        return new()
        {
            Sender = Sender,
            ReceivedAt = clock.GetUtcNow(),
            Flows = [.. folder.Flows],
            Tallies = [.. tallies.Values],
            LastEvents = last,
            ExceptionsVersion = exceptions.Version,
            Changes =
            [
                .. ChangesOf(generator)
                    .Where(change => change.At >= first && change.At < first + span && change.At <= to),
            ],
        };
    }

    /// <summary>Where a new rule denies, somebody has changed the firewall some minutes before.</summary>
    private static IEnumerable<ChangeMarker> ChangesOf(TrafficGenerator generator) =>
        from incident in generator.Incidents
        where incident.Cause == LikelyCause.NewFirewallRule
        let firewall = generator.Estate.By(incident.Firewall)
        select new ChangeMarker(
            new(Sender, firewall.Integration, firewall.Name),
            incident.Start - TimeSpan.FromMinutes(4),
            "netadmin",
            $"rule {incident.Rule} added"
        );

    private async Task ScoreAsync(CancellationToken ct)
    {
        while ((await counts.RecomputeAsync(ct)).Count > 0) { }
        await using var db = await dbs.CreateDbContextAsync(ct);
        var isFirst =
            await db
                .Jobs.Where(job => job.Problem == BeingFilled)
                .ExecuteUpdateAsync(
                    jobs => jobs.SetProperty(j => j.IsOpen, true).SetProperty(j => j.Problem, (string?)null),
                    ct
                ) > 0;
        for (var shard = 0; shard < Series.Shards; shard++)
        {
            foreach (var series in await records.DueAsync(shard, ct))
                await scorer.ScoreAsync(series, ct, asIfLive: isFirst);
        }
        if (isFirst)
        {
            await TriageAsync(ct);
            await WatchSuspectsAsync(ct);
        }
        foreach (var topic in Enum.GetValues<Topic>())
            await DatabaseEars.AnnounceAsync(source, topic, ct);
        Done();
    }

    private static readonly Actor ana = new(null, "ana", AccountRole.Analyst);

    /// <summary>Rules that look at the last day need no month to be shown; what the demo denies on any day is no suspect.</summary>
    private async Task WatchSuspectsAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        string[] finders = [BuiltInJobs.Beaconing, BuiltInJobs.SlowScanning];
        var watching = await db
            .Rules.Where(rule => rule.JobIds.Any(job => finders.Contains(job)))
            .Select(rule => rule.Id)
            .ToListAsync(ct);
        foreach (var rule in watching)
            await rules.SwitchAsync(rule, on: true, "Slow suspects are worth knowing here.", ana, ct);
    }

    /// <summary>What is older than a day was looked at by somebody, as on any installation that is used.</summary>
    private async Task TriageAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var yesterday = clock.GetUtcNow() - TimeSpan.FromDays(1);
        var old = await db
            .Alerts.Where(alert => alert.StartedAt < yesterday && alert.Status == AlertStatus.Open)
            .ToListAsync(ct);
        foreach (var alert in old)
        {
            var (reason, note) = alert.Cause switch
            {
                "application retry" => (
                    CloseReason.BenignPositive,
                    "Backup client with an old password; its owner has fixed it."
                ),
                "discovery noise" => (CloseReason.BenignPositive, "New printers announce themselves; harmless."),
                "new or changed firewall rule" => (
                    CloseReason.BenignPositive,
                    "Planned change, ticket is linked in the change calendar."
                ),
                "logging change or duplicate feed" => (
                    CloseReason.FalsePositive,
                    "The relay sent everything twice for a while."
                ),
                "background rise" => (CloseReason.FalsePositive, "More of the usual; nothing to do."),
                _ => (CloseReason.TruePositive, "Blocked at the edge and reported to the provider."),
            };
            var at = alert.RaisedAt + TimeSpan.FromMinutes(12 + (alert.Id % 40));
            var seen = at - TimeSpan.FromMinutes(6);
            Do(alert, ("acknowledge", "acknowledged"), "Acknowledged.", null, seen, a => a.Acknowledge(ana.Name, seen));
            var verdict = $"Closed as {AlertWords.Reason(reason)}.";
            Do(alert, ("close", "closed"), verdict, note, at, a => a.Close(reason, ana.Name, at));
        }
        await db.SaveChangesAsync(ct);

        void Do(
            Alert alert,
            (string Deed, string Kind) what,
            string sentence,
            string? comment,
            DateTimeOffset at,
            Func<Alert, bool> change
        ) => AlertHistory.Change(db, ana, alert, what, sentence, at, change, comment);
    }

    /// <summary>Sends what happens now to our own syslog port, one connection a firewall.</summary>
    private async Task GoOnAsync(TrafficGenerator generator, DateTimeOffset sentUntil, CancellationToken ct)
    {
        Dictionary<string, TcpClient> connections = new(StringComparer.Ordinal);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        try
        {
            while (await timer.WaitForNextTickAsync(ct))
            {
                var now = clock.GetUtcNow();
                for (var slice = DenyFlow.SliceOf(sentUntil); slice <= now; slice += DenyFlow.SliceSpan)
                {
                    foreach (
                        var made in generator
                            .Slice(slice)
                            .Where(m => m.Event.Timestamp > sentUntil && m.Event.Timestamp <= now)
                    )
                        await SendAsync(connections, made, ct);
                }
                sentUntil = now;
            }
        }
        finally
        {
            foreach (var connection in connections.Values)
                connection.Dispose();
        }
    }

    private async Task SendAsync(Dictionary<string, TcpClient> connections, GeneratedEvent made, CancellationToken ct)
    {
        var firewall = made.Event.Observer!;
        if (!connections.TryGetValue(firewall, out var connection))
        {
            connection = new();
            await connection.ConnectAsync("127.0.0.1", settings.SyslogPort, ct);
            connections[firewall] = connection;
        }
        await connection.GetStream().WriteAsync(Encoding.UTF8.GetBytes(TrafficGenerator.RenderLine(made) + "\n"), ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Demo: generating traffic from {From} to {To}")]
    private partial void Filling(DateTimeOffset from, DateTimeOffset to);

    [LoggerMessage(Level = LogLevel.Information, Message = "Demo: {Percent} % filled")]
    private partial void Filled(int percent);

    [LoggerMessage(Level = LogLevel.Information, Message = "Demo: filled and scored; live traffic goes on")]
    private partial void Done();
}

internal static class DemoSetup
{
    public static void AddDemo(this WebApplicationBuilder builder, Settings settings)
    {
        if (settings.Demo)
            builder.Services.AddHostedService<DemoTraffic>();
    }
}
