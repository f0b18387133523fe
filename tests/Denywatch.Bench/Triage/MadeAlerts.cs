using System.Globalization;
using System.Net;
using Denywatch.Alerting;
using Denywatch.Events;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Rules;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Bench.Triage;

/// <summary>
/// A year of a busy installation's alerts, with the evidence that attribution gives: of nine in ten somebody has decided,
/// the others wait in the queue.
/// </summary>
internal static class MadeAlerts
{
    public static readonly DateTimeOffset End = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Firewalls that alerts tell of.</summary>
    public const int Firewalls = 40;

    private const int Kinds = 60;
    private const int AtOnce = 2_000;

    private static readonly string[] severities = ["low", "medium", "high", "critical"];
    private static readonly string[] people = ["ana", "ben", "cem", "dora", "eve", "finn"];

    public static string Scanner(int n) =>
        string.Create(CultureInfo.InvariantCulture, $"10.{n % 200}.{n / 200 % 250}.7");

    public static async Task MakeAsync(IDbContextFactory<DenywatchDb> dbs, int count, CancellationToken ct)
    {
        var random = new Random(1);
        var series = await SeriesAsync(dbs, ct);
        var kinds = Enumerable.Range(0, Kinds).Select(n => Evidence(n, random)).ToList();
        for (var made = 0; made < count; made += AtOnce)
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            db.ChangeTracker.AutoDetectChangesEnabled = false;
            for (var i = 0; i < AtOnce; i++)
                db.Alerts.Add(Alert(made + i, count, series, kinds[random.Next(Kinds)], random));
            await db.SaveChangesAsync(ct);
        }
    }

    private static async Task<int> SeriesAsync(IDbContextFactory<DenywatchDb> dbs, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var series = new Series
        {
            JobId = BuiltInJobs.Total,
            Partition = "",
            Shard = 0,
            NextBucket = End,
        };
        db.Add(series);
        await db.SaveChangesAsync(ct);
        return series.Id;
    }

    private static Alert Alert(int n, int of, int series, AlertEvidence kind, Random random)
    {
        var scanner = Scanner(n);
        var start = End - TimeSpan.FromDays(365) * (1 - (double)n / of);
        var rank = Math.Min(random.Next(4), random.Next(4));
        var json = kind.ToJson().Replace("10.2.3.4", scanner, StringComparison.Ordinal);
        var alert = new Alert
        {
            RuleId = BuiltInRules.SpikeInFirewallDenies,
            SeriesId = series,
            Title = Sentences.Title(kind.Excess, kind.Finding).Replace("10.2.3.4", scanner, StringComparison.Ordinal),
            Sentence = Sentences
                .Summary(kind.Excess, kind.Finding)
                .Replace("10.2.3.4", scanner, StringComparison.Ordinal),
            Cause = Alerting.Causes.Title(kind.Finding.Cause),
            Severity = severities[rank],
            SeverityRank = rank,
            SeverityReason = kind.Severity?.Sum ?? "",
            StartedAt = start,
            LastBucket = start,
            PeakAt = start,
            PeakScore = 75 + random.NextDouble() * 25,
            Actual = kind.Excess.Count,
            Typical = kind.Excess.Typical,
            Excess = Math.Round(kind.Excess.Total * (0.5 + random.NextDouble())),
            EndedAt = start.AddMinutes(30),
            EndReason = "subsided",
            Evidence = json,
            Matches = ["Spike in Firewall Denies: all firewalls"],
            RaisedAt = start.AddMinutes(5),
        };
        if (random.Next(10) < 9)
            alert.Close((CloseReason)random.Next(3), people[random.Next(people.Length)], start.AddHours(1));
        else if (random.Next(3) == 0)
            alert.Acknowledge(people[random.Next(people.Length)], start.AddHours(1));
        if (random.Next(20) == 0)
            alert.Tag([$"case-{random.Next(300)}"], []);
        return alert;
    }

    /// <summary>A scan, a flood or a misconfigured client among other traffic, as attribution explains it.</summary>
    private static AlertEvidence Evidence(int n, Random random)
    {
        var firewall = string.Create(CultureInfo.InvariantCulture, $"fw-{n % Firewalls}");
        List<FlowRow> Bucket(bool isUnusual) =>
            [
                .. Enumerable
                    .Range(1, 40)
                    .Select(i =>
                        Flow(
                            firewall,
                            $"203.0.113.{i}",
                            $"192.0.2.{i % 5 + 1}",
                            i % 2 == 0 ? 23 : 443,
                            1 + random.Next(5)
                        )
                    ),
                .. isUnusual ? Enumerable.Range(1, 120).Select(i => Incident(n % 3, firewall, i)) : [],
            ];
        var excess = Attribution.Of(Bucket(true), [Bucket(false), Bucket(false), Bucket(false)], 1);
        var finding = Alerting.Causes.Of(excess);
        return new(excess, finding, Severities.Of(Severity.Low, excess, finding));
    }

    private static FlowRow Incident(int kind, string firewall, int i) =>
        kind switch
        {
            0 => Flow(firewall, "10.2.3.4", $"10.2.9.{i}", 445, 8),
            1 => Flow(firewall, $"198.51.100.{i}", "192.0.2.80", 443, 30),
            _ => Flow(firewall, "10.2.3.4", "192.0.2.9", 8_443, 5),
        };

    private static FlowRow Flow(string firewall, string source, string destination, int port, long count) =>
        new(
            End,
            firewall,
            IPAddress.Parse(source),
            IPAddress.Parse(destination),
            port,
            "tcp",
            "deny-all",
            source.StartsWith("10.", StringComparison.Ordinal) ? Direction.Internal : Direction.Inbound,
            null,
            null,
            null,
            null,
            count,
            [1, 20, 45],
            End,
            End.AddMinutes(4)
        );
}
