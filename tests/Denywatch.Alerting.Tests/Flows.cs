using System.Net;
using Denywatch.Events;

namespace Denywatch.Alerting.Tests;

/// <summary>Builds flows.</summary>
internal static class Flows
{
    public static readonly DateTimeOffset Slice = new(2026, 3, 3, 14, 15, 0, TimeSpan.Zero);

    public static FlowRow Flow(
        string source,
        string destination,
        int port,
        long count = 1,
        Direction direction = Direction.Inbound,
        string rule = "deny-all",
        string firewall = "fw-1",
        DateTimeOffset? slice = null,
        IReadOnlyList<short>? offsets = null
    )
    {
        var at = slice ?? Slice;
        return new(
            at,
            firewall,
            IPAddress.Parse(source),
            IPAddress.Parse(destination),
            port,
            "tcp",
            rule,
            direction,
            null,
            null,
            null,
            null,
            count,
            offsets ?? [],
            at,
            at.AddMinutes(4)
        );
    }

    private static readonly int[] Ports = [22, 23, 80, 443];

    /// <summary>Some scanning that is there every day: 40 sources, a few ports.</summary>
    public static List<FlowRow> Background(int day = 0) =>
        [
            .. Enumerable
                .Range(0, 40)
                .Select(i => Flow($"203.0.113.{1 + (i + day) % 60}", $"198.51.100.{1 + i * 7 % 100}", Ports[i % 4], 3)),
        ];

    public static List<IReadOnlyList<FlowRow>> Week() =>
        [.. Enumerable.Range(1, 7).Select(day => (IReadOnlyList<FlowRow>)Background(day))];

    /// <summary>10.2.3.4 to port 445 on so many hosts.</summary>
    public static List<FlowRow> Scan(int hosts = 251, long each = 4) =>
        [
            .. Enumerable
                .Range(0, hosts)
                .Select(i =>
                    Flow("10.2.3.4", $"10.7.{i / 250}.{1 + i % 250}", 445, each, Direction.Internal, "segment-deny")
                ),
        ];
}
