using System.Net;
using Denywatch.Alerting;

namespace Denywatch.Traffic;

/// <summary>The attempts an incident adds to a slice.</summary>
internal sealed class IncidentTraffic(int seed)
{
    private const int SliceSeconds = 300;
    private static readonly int[] LateralPorts = [445, 3389, 5985, 135, 22];

    /// <param name="usual">The firewall's background in this slice: what a duplicate feed repeats.</param>
    public void AddTo(
        List<Attempt> attempts,
        Incident incident,
        GeneratedFirewall firewall,
        DateTimeOffset slice,
        ReadOnlySpan<Attempt> usual,
        Background background
    )
    {
        var count = CountIn(incident, slice);
        var dice = Dice.For(seed, slice.ToUnixTimeSeconds(), 100_000 + incident.Number);
        switch (incident.Cause)
        {
            case LikelyCause.LoggingChange:
                foreach (var attempt in usual)
                {
                    var at = slice.AddSeconds(attempt.Second);
                    if (at >= incident.Start && at < incident.End)
                        attempts.Add(attempt);
                }

                return;
            case LikelyCause.BackgroundRise:
                background.AddScans(attempts, firewall, dice, count, slice);
                return;
            case LikelyCause.SuspiciousOutbound:
                AddBeacon(attempts, incident, firewall, slice);
                return;
        }

        for (; count > 0; count--)
            attempts.Add(OneOf(incident, firewall, dice));
    }

    private Attempt OneOf(Incident i, GeneratedFirewall firewall, Dice dice)
    {
        var second = SecondOf(i, dice);
        var sourcePort = dice.Between(1024, 65_535);
        var rules = firewall.Rules;
        var isInside = i.Source is { } key && Addresses.DirectionOf(key, key) == Events.Direction.Internal;
        switch (i.Cause)
        {
            case LikelyCause.HorizontalScan:
                var target = dice.Below(i.Width);
                return isInside
                    ? new(
                        second,
                        i.Source!,
                        sourcePort,
                        firewall.InsideHost(40 + target / 200, target),
                        i.Port!.Value,
                        false,
                        rules.Internal
                    )
                    : new(
                        second,
                        i.Source!,
                        sourcePort,
                        firewall.PublicHost(target),
                        i.Port!.Value,
                        false,
                        rules.Inbound
                    );
            case LikelyCause.VerticalScan:
                return new(
                    second,
                    i.Source!,
                    sourcePort,
                    i.Destination!,
                    PortOf(i, dice.Below(i.Width)),
                    false,
                    rules.Inbound
                );
            case LikelyCause.DistributedScan:
                var member = (int)(i.Width * Math.Pow(dice.Unit(), 1.3));
                return new(
                    second,
                    Member(i, member),
                    sourcePort,
                    firewall.PublicHost(dice.Below(254)),
                    i.Port!.Value,
                    false,
                    rules.Inbound
                );
            case LikelyCause.Flood:
                return new(
                    second,
                    Member(i, dice.Below(i.Width)),
                    sourcePort,
                    i.Destination!,
                    i.Port!.Value,
                    i.Port is 53 or 123,
                    rules.Inbound
                );
            case LikelyCause.ApplicationRetry:
                var client = dice.Below(i.Width);
                var source = client == 0 ? i.Source! : firewall.InsideHost(9, 30 + client + i.Number % 50);
                return new(second, source, sourcePort, i.Destination!, i.Port!.Value, false, rules.Internal);
            case LikelyCause.NewFirewallRule:
                var who = dice.Below(i.Width);
                return new(
                    second,
                    firewall.InsideHost(1 + who % 6, 40 + who),
                    sourcePort,
                    firewall.InsideHost(210, 1 + who % 4),
                    i.Port!.Value,
                    false,
                    i.Rule!
                );
            case LikelyCause.LateralMovement:
                var host = dice.Below(i.Width);
                var port = dice.Chance(0.6) ? i.Port!.Value : dice.Of(LateralPorts);
                return new(
                    second,
                    i.Source!,
                    sourcePort,
                    firewall.InsideHost(210 + host % 3, 10 + host),
                    port,
                    false,
                    rules.Internal
                );
            default:
                var device = dice.Below(i.Width);
                var noisy = device == 0 ? i.Source! : firewall.InsideHost(5, 100 + device + i.Number % 50);
                var destination = i.Port switch
                {
                    5353 => IPAddress.Parse("224.0.0.251"),
                    1900 => IPAddress.Parse("239.255.255.250"),
                    _ => IPAddress.Broadcast,
                };
                return new(second, noisy, i.Port!.Value, destination, i.Port!.Value, true, rules.Internal);
        }
    }

    /// <summary>A beacon ticks: the same gap all the time, with a second or two of jitter.</summary>
    private void AddBeacon(List<Attempt> attempts, Incident i, GeneratedFirewall firewall, DateTimeOffset slice)
    {
        var gap = i.Duration.TotalSeconds / i.Added;
        var from = Math.Max(0, (slice - i.Start).TotalSeconds);
        var to = Math.Min(i.Duration.TotalSeconds, (slice - i.Start).TotalSeconds + SliceSeconds);
        for (var tick = (long)Math.Ceiling(from / gap); tick * gap < to; tick++)
        {
            var jitter = (int)(Dice.Mix(seed, tick, 70_000 + i.Number) % 2);
            var second = (int)(i.Start.AddSeconds(tick * gap) - slice).TotalSeconds + jitter;
            attempts.Add(
                new(
                    Math.Clamp(second, 0, SliceSeconds - 1),
                    i.Source!,
                    49_152 + (int)(tick % 16_000),
                    i.Destination!,
                    i.Port!.Value,
                    i.Port == 53,
                    firewall.Rules.Outbound
                )
            );
        }
    }

    /// <summary>Its denies are spread evenly, a distributed scan's swell and fade; the parts add up to the whole exactly.</summary>
    private static int CountIn(Incident incident, DateTimeOffset slice)
    {
        long Until(DateTimeOffset at)
        {
            var part = Math.Clamp((at - incident.Start) / incident.Duration, 0, 1);
            if (incident.Cause is LikelyCause.DistributedScan)
                part = part * part * (3 - 2 * part);
            return (long)Math.Round(incident.Added * part);
        }

        return (int)(Until(slice.AddSeconds(SliceSeconds)) - Until(slice));
    }

    private static int SecondOf(Incident incident, Dice dice)
    {
        var intoSlice = incident.Start.ToUnixTimeSeconds() % SliceSeconds;
        return intoSlice > 0 && incident.Duration < TimeSpan.FromMinutes(5)
            ? (int)Math.Min(SliceSeconds - 1, intoSlice + dice.Below((int)incident.Duration.TotalSeconds))
            : dice.Below(SliceSeconds);
    }

    private IPAddress Member(Incident incident, int member) =>
        Addresses.Internet(Dice.Mix(seed, member, 80_000 + incident.Number));

    private int PortOf(Incident incident, int index) =>
        1 + (int)(Dice.Mix(seed, index, 90_000 + incident.Number) % 40_000);
}
