using System.Net;
using Denywatch.Alerting;
using Denywatch.Events;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Rules;

namespace Denywatch.Web.Tests;

/// <summary>Values that are as good as any.</summary>
public static class Some
{
    public static readonly DateTimeOffset Start = new(2026, 11, 3, 14, 0, 0, TimeSpan.Zero);

    /// <summary>A horizontal scan of port 445 by 10.2.3.4, found by the real attribution.</summary>
    public static AlertEvidence Scan(string scanner = "10.2.3.4")
    {
        List<FlowRow> Bucket(bool scanned) =>
            [
                .. Enumerable
                    .Range(1, 20)
                    .Select(i => Flow($"203.0.113.{i}", $"192.0.2.{i % 5 + 1}", i % 2 == 0 ? 23 : 443, 3)),
                .. scanned ? Enumerable.Range(1, 120).Select(i => Flow(scanner, $"10.2.9.{i}", 445, 8)) : [],
            ];
        var excess = Attribution.Of(Bucket(scanned: true), [Bucket(false), Bucket(false), Bucket(false)], 1);
        var finding = Causes.Of(excess);
        return new(excess, finding, Severities.Of(Severity.Low, excess, finding));
    }

    public static Alert Alert(int series, AlertEvidence? evidence = null)
    {
        evidence ??= Scan();
        return new()
        {
            RuleId = BuiltInRules.SpikeInFirewallDenies,
            SeriesId = series,
            Title = Sentences.Title(evidence.Excess, evidence.Finding),
            Sentence = Sentences.Summary(evidence.Excess, evidence.Finding),
            Cause = Causes.Title(evidence.Finding.Cause),
            Severity = "high",
            SeverityRank = 2,
            SeverityReason = evidence.Severity?.Sum ?? "",
            StartedAt = Start,
            LastBucket = Start,
            PeakAt = Start,
            PeakScore = 96,
            Actual = evidence.Excess.Count,
            Typical = evidence.Excess.Typical,
            Excess = evidence.Excess.Total,
            Evidence = evidence.ToJson(),
            Matches = ["Spike in Firewall Denies: all firewalls"],
            RaisedAt = Start.AddMinutes(10),
        };
    }

    private static FlowRow Flow(string source, string destination, int port, long count) =>
        new(
            Start,
            "fw-edge-1",
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
            Start,
            Start.AddMinutes(4)
        );
}
