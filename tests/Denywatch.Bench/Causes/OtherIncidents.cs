using System.Globalization;
using System.Net;
using Denywatch.Alerting;
using Denywatch.Events;

namespace Denywatch.Bench.Causes;

/// <param name="Keys">Any of which should come first in its dimension; none where nothing stands out.</param>
internal sealed record OtherIncident(IReadOnlyList<Deny> Denies, Dimension Dimension, params string[] Keys);

/// <summary>Makes what an incident adds to one bucket at one firewall.</summary>
internal sealed class OtherIncidents(OtherTraffic traffic, OtherFirewall firewall, Random random)
{
    public OtherIncident Of(LikelyCause cause, int number, IReadOnlyList<Deny> usual) =>
        cause switch
        {
            LikelyCause.HorizontalScan => HorizontalScan(),
            LikelyCause.VerticalScan => VerticalScan(),
            LikelyCause.DistributedScan => DistributedScan(),
            LikelyCause.Flood => Flood(),
            LikelyCause.ApplicationRetry => Retry(),
            LikelyCause.NewFirewallRule => NewRule(),
            LikelyCause.SuspiciousOutbound => number % 3 == 0 ? Exfiltration() : Beacon(),
            LikelyCause.LateralMovement => LateralMovement(),
            LikelyCause.DiscoveryNoise => Discovery(),
            LikelyCause.LoggingChange => firewall.Inbound is not null && number % 3 == 0
                ? RuleNowLogged(usual)
                : FeedTwice(usual),
            LikelyCause.BackgroundRise => Rise(),
            _ => Nothing(number),
        };

    /// <summary>Enough to be seen over what is usual there.</summary>
    private int Count(double low, double high)
    {
        var usual = firewall.Noise + firewall.Office;
        return (int)Math.Max(traffic.Spread(low, high), traffic.Spread(0.5, 4) * usual);
    }

    private OtherIncident HorizontalScan()
    {
        var isInside = random.NextDouble() < 0.4;
        var isSlow = random.NextDouble() < 0.4;
        var hosts = isSlow ? random.Next(15, 61) : random.Next(61, 1_500);
        var source = isInside ? firewall.Host(3, random.Next(200)) : traffic.Internet();
        int[] ports = [.. Enumerable.Range(0, traffic.Of(1, 1, 1, 2, 3)).Select(_ => traffic.UsualPort())];
        IPAddress Target(int i) =>
            isInside
                ? firewall.Host(120 + i / 200, i % 200)
                : new IPAddress([160, 7, (byte)(i / 250), (byte)(1 + i % 250)]);
        var count = (int)(hosts * traffic.Spread(1, 4));
        return new(
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i =>
                        isInside
                            ? traffic.Inside(firewall, source, Target(i % hosts), traffic.Of(ports))
                            : Inbound(source, Target(i % hosts), traffic.Of(ports))
                    ),
            ],
            Dimension.Source,
            $"{source}"
        );
    }

    private OtherIncident VerticalScan()
    {
        var isInside = random.NextDouble() < 0.3;
        var source = isInside ? firewall.Host(3, random.Next(200)) : traffic.Internet();
        var target = isInside ? firewall.Host(50, random.Next(200)) : PublicHost();
        int[] ports =
        [
            .. Enumerable
                .Range(0, random.NextDouble() < 0.6 ? random.Next(20, 101) : random.Next(101, 3_000))
                .Select(_ => random.Next(1, 10_000)),
        ];
        var count = (int)(ports.Length * traffic.Spread(1, 3));
        return new(
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i =>
                        isInside
                            ? traffic.Inside(firewall, source, target, ports[i % ports.Length])
                            : Inbound(source, target, ports[i % ports.Length])
                    ),
            ],
            Dimension.Source,
            $"{source}"
        );
    }

    private OtherIncident DistributedScan()
    {
        IPAddress[] sources = [.. Enumerable.Range(0, (int)traffic.Spread(30, 2_000)).Select(_ => traffic.Internet())];
        int[] ports =
        [
            .. Enumerable
                .Range(0, random.Next(1, 6))
                .Select(_ => random.NextDouble() < 0.3 ? traffic.UsualPort() : random.Next(1_024, 50_000)),
        ];
        var count = Math.Max(Count(100, 1_000), sources.Length);
        var hosts = Math.Max(30, firewall.Public.Length);
        return new(
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(_ =>
                        Inbound(
                            traffic.Of(sources),
                            new IPAddress([
                                161,
                                7,
                                (byte)random.Next(3),
                                (byte)random.Next(1, 10 + Math.Min(240, hosts)),
                            ]),
                            traffic.Of(ports)
                        )
                    ),
            ],
            Dimension.Port,
            [.. ports.Select(Text)]
        );
    }

    private OtherIncident Flood()
    {
        IPAddress[] sources =
        [
            .. Enumerable.Range(0, traffic.Of(1, 1, 3, 30, 200, 800)).Select(_ => traffic.Internet()),
        ];
        var target = PublicHost();
        var port = traffic.Of(80, 443, 53, 123, 25_565, 5060);
        return new(
            [.. Enumerable.Range(0, Count(700, 12_000)).Select(_ => Inbound(traffic.Of(sources), target, port))],
            Dimension.Destination,
            $"{target}"
        );
    }

    private OtherIncident Retry()
    {
        var clients = random.Next(1, 51);
        var isOutside = clients > 4 && random.NextDouble() < 0.3;
        var target = isOutside ? traffic.Internet() : firewall.Host(60, random.Next(200));
        var port = traffic.Of(443, 1521, 5432, 8443, 389, 636, 25, 9093, 3306, 88);
        var each = Math.Max(10, Count(100, 1_500) / clients);
        IPAddress[] sources = [.. Enumerable.Range(0, clients).Select(i => firewall.Host(2, 3 * i))];
        return new(
            [
                .. sources.SelectMany(source =>
                    Enumerable
                        .Range(0, each)
                        .Select(i =>
                            traffic.Inside(firewall, source, target, port, 900.0 * i / each + random.NextDouble())
                        )
                ),
            ],
            clients == 1 ? Dimension.Source : Dimension.Destination,
            clients == 1 ? $"{sources[0]}" : $"{target}"
        );
    }

    private OtherIncident NewRule()
    {
        var rule = traffic.Of("block-legacy", "no-smtp-out", "42", "deny personal cloud");
        IPAddress[] clients = [.. Enumerable.Range(0, random.Next(4, 61)).Select(i => firewall.Host(1, 4 * i))];
        IPAddress[] targets =
        [
            .. Enumerable
                .Range(0, random.Next(1, 40))
                .Select(_ => random.NextDouble() < 0.6 ? traffic.Internet() : firewall.Host(61, random.Next(200))),
        ];
        int[] ports =
        [
            .. Enumerable.Range(0, random.Next(1, 5)).Select(_ => traffic.Of(25, 80, 443, 445, 587, 993, 8080, 21)),
        ];
        return new(
            [
                .. Enumerable
                    .Range(0, Count(80, 1_000))
                    .Select(_ =>
                        traffic.Inside(
                            firewall,
                            traffic.Of(clients),
                            traffic.Of(targets),
                            traffic.Of(ports),
                            rule: rule
                        )
                    ),
            ],
            Dimension.Rule,
            rule
        );
    }

    private OtherIncident Beacon()
    {
        var source = firewall.Host(4, random.Next(200));
        IPAddress[] targets = [.. Enumerable.Range(0, traffic.Of(1, 1, 2, 4)).Select(_ => traffic.Internet())];
        var port = traffic.Of(443, 80, 8443, 53, 4444, 6667);
        var (gap, jitter) = (900 / traffic.Spread(40, 300), 0.1 + 0.2 * random.NextDouble());
        var denies = new List<Deny>();
        var turn = 0;
        for (
            var second = gap * random.NextDouble();
            second < 900;
            second += gap * (1 + jitter * (2 * random.NextDouble() - 1))
        )
            denies.Add(traffic.Inside(firewall, source, targets[turn++ % targets.Length], port, second));
        return new(denies, Dimension.Source, $"{source}");
    }

    private OtherIncident Exfiltration()
    {
        var source = firewall.Host(4, random.Next(200));
        var target = traffic.Internet();
        var port = traffic.Of(443, 22, 21, 8080);
        return new(
            [.. Enumerable.Range(0, Count(60, 800)).Select(_ => traffic.Inside(firewall, source, target, port))],
            Dimension.Source,
            $"{source}"
        );
    }

    private OtherIncident LateralMovement()
    {
        var source = firewall.Host(4, random.Next(200));
        var hosts = random.Next(3, 51);
        int[] ports = [.. new[] { 3389, 445, 5985, 22 }.OrderBy(_ => random.Next()).Take(random.Next(1, 4))];
        return new(
            [
                .. Enumerable
                    .Range(0, Math.Max(hosts * 2, Count(40, 400)))
                    .Select(i => traffic.Inside(firewall, source, firewall.Host(62, i % hosts), traffic.Of(ports))),
            ],
            Dimension.Source,
            $"{source}"
        );
    }

    private OtherIncident Discovery()
    {
        var (target, port, transport) = (firewall.IsIPv6 ? random.Next(2) : random.Next(2, 8)) switch
        {
            0 => ("ff02::fb", 5353, "udp"),
            1 => ("ff02::1:2", 547, "udp"),
            2 => ("224.0.0.252", 5355, "udp"),
            3 => ("239.255.255.250", 1900, "udp"),
            4 => ("239.255.255.250", 3702, "udp"),
            5 => ("255.255.255.255", 67, "udp"),
            6 => ($"{firewall.Inside}.{(firewall.Inside.Count(c => c == '.') == 1 ? "7." : "")}255", 138, "udp"),
            _ => ("224.0.0.22", -1, "igmp"),
        };
        IPAddress[] sources =
        [
            .. Enumerable
                .Range(0, random.Next(1, 80))
                .Select(i => port == 67 ? IPAddress.Any : firewall.Host(5, 2 * i)),
        ];
        int? known = port < 0 ? null : port;
        return new(
            [
                .. Enumerable
                    .Range(0, Count(80, 900))
                    .Select(_ =>
                        traffic.Inside(
                            firewall,
                            traffic.Of(sources),
                            IPAddress.Parse(target),
                            known,
                            transport: transport
                        )
                    ),
            ],
            Dimension.Destination,
            target
        );
    }

    private OtherIncident FeedTwice(IReadOnlyList<Deny> usual)
    {
        var late = random.Next(3);
        return new(
            [
                .. usual
                    .Where(deny => deny.Firewall == firewall.Name)
                    .Select(deny =>
                        deny with
                        {
                            Second = Math.Min(899, deny.Second + (late == 0 ? 0 : random.Next(late + 1))),
                        }
                    ),
            ],
            Dimension.Firewall,
            firewall.Name
        );
    }

    private OtherIncident RuleNowLogged(IReadOnlyList<Deny> usual)
    {
        var rule = traffic.Of("default-policy", "cleanup", "0");
        var count = Math.Max(60, (int)(traffic.Spread(0.5, 3) * usual.Count(deny => deny.Firewall == firewall.Name)));
        return new([.. traffic.Noise(firewall, count).Select(deny => deny with { Rule = rule })], Dimension.Rule, rule);
    }

    private OtherIncident Rise() =>
        new(
            [.. traffic.Noise(firewall, Math.Max(60, (int)(traffic.Spread(0.6, 3) * firewall.Noise)))],
            Dimension.Firewall,
            firewall.Name
        );

    /// <summary>Counts without fields, several unrelated small things, or next to nothing.</summary>
    private OtherIncident Nothing(int number) =>
        (number % 3) switch
        {
            0 => new(
                [
                    .. Enumerable
                        .Range(0, Count(100, 1_000))
                        .Select(_ => new Deny(
                            random.Next(900),
                            null,
                            null,
                            null,
                            null,
                            null,
                            Direction.Unknown,
                            firewall.Name
                        )),
                ],
                default
            ),
            1 => new(
                [
                    .. Enumerable
                        .Range(0, 5)
                        .SelectMany(_ =>
                        {
                            var (client, server, port) = (
                                firewall.Host(8, random.Next(200)),
                                firewall.Host(63, random.Next(200)),
                                random.Next(100, 9_000)
                            );
                            return Enumerable
                                .Range(0, Count(80, 200) / 5)
                                .Select(_ => traffic.Inside(firewall, client, server, port));
                        }),
                ],
                default
            ),
            _ => new([.. traffic.Noise(firewall, 4)], default),
        };

    private Deny Inbound(IPAddress source, IPAddress target, int port) =>
        new(random.Next(900), source, target, port, "tcp", firewall.Inbound, Direction.Inbound, firewall.Name);

    private IPAddress PublicHost() => firewall.Public[random.Next(firewall.Public.Length)];

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
