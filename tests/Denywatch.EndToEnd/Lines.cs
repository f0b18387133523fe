using System.Globalization;

namespace Denywatch.EndToEnd;

/// <summary>Denies of which no two are alike, so that one lost or counted twice shows.</summary>
public static class Lines
{
    // Firewalls stand all over the world.
    private static readonly TimeSpan[] Zones = [TimeSpan.Zero, TimeSpan.FromHours(-5), TimeSpan.FromHours(9)];

    /// <summary>A FortiGate deny line; number <paramref name="i"/> has a source and port of its own.</summary>
    public static string FortiGate(int i, DateTimeOffset at, string firewall = "fg-1", int? port = null) =>
        FortiGate(at.ToOffset(Zones[i % Zones.Length]), i, firewall, port);

    private static string FortiGate(DateTimeOffset at, int i, string firewall, int? port) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"<188>date={at:yyyy-MM-dd} time={at:HH:mm:ss} devname=\"{firewall}\" devid=\"FG100\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" level=\"notice\" vd=\"root\" eventtime={at.ToUnixTimeSeconds()} tz=\"{ZoneOf(at)}\" srcip={SourceOf(i)} srcport={1024 + (i % 60000)} srcintf=\"wan1\" dstip=192.0.2.10 dstport={port ?? 1 + (i % 65000)} dstintf=\"lan\" proto=6 action=\"deny\" policyid=0 service=\"tcp\""
        );

    private static string ZoneOf(DateTimeOffset at) =>
        at.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);

    /// <summary>An ECS document of a deny.</summary>
    public static string Ecs(int i, DateTimeOffset at, string firewall) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"@timestamp":"{{at.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}}","event":{"category":["network"],"type":["connection","denied"],"action":"deny"},"source":{"ip":"{{SourceOf(i)}}","port":{{1024 + (i % 60000)}}},"destination":{"ip":"192.0.2.10","port":{{1 + (i % 65000)}}},"network":{"transport":"tcp"},"observer":{"name":"{{firewall}}"},"rule":{"name":"deny-all"} }"""
        );

    /// <summary>Four weeks of 5-minute counts up to <paramref name="until"/>, as the generic CSV.</summary>
    public static string History(DateTimeOffset until, params IReadOnlyList<string> firewalls)
    {
        var text = new System.Text.StringBuilder("timestamp,count,observer\n");
        var first =
            new DateTimeOffset(until.UtcTicks - (until.UtcTicks % TimeSpan.FromMinutes(5).Ticks), TimeSpan.Zero)
            - TimeSpan.FromDays(28);
        for (var at = first; at < until; at += TimeSpan.FromMinutes(5))
        {
            foreach (var (index, firewall) in firewalls.Index())
            {
                var count = 10 + (at.UtcTicks / TimeSpan.FromMinutes(5).Ticks * (7919 + index) % 7);
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{at.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ},{count},{firewall}\n"
                );
            }
        }
        return text.ToString();
    }

    // 198.18.0.0/15 and on: the range of RFC 2544, a quarter of a million addresses that belong to nobody.
    private static string SourceOf(int i) => $"198.{18 + (i >> 16)}.{(i >> 8) & 255}.{i & 255}";
}
