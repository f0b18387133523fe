using System.Net;
using Denywatch.Alerting;
using Denywatch.Events;

namespace Denywatch.Bench.Causes;

/// <summary>One denied attempt, second into the bucket.</summary>
internal sealed record Deny(
    double Second,
    IPAddress? Source,
    IPAddress? Destination,
    int? Port,
    string? Transport,
    string? Rule,
    Direction Way,
    string Firewall
);

/// <summary>A firewall of the second generator.</summary>
/// <param name="Public">Its public addresses.</param>
/// <param name="Inside">First parts of its inside addresses.</param>
internal sealed record OtherFirewall(
    string Name,
    IPAddress[] Public,
    string Inside,
    bool IsIPv6,
    string? Inbound,
    string? Outbound,
    string? Within,
    double Noise,
    double Office
)
{
    public IPAddress Host(int network, int host) =>
        IPAddress.Parse(
            IsIPv6 ? $"{Inside}:{network + 1:x}::{host + 1:x}" : $"{Inside}.{network % 250}.{1 + host % 250}"
        );
}

/// <summary>
/// A world that shares no code with the product's generator: 20 to 5,000 denies a bucket, one to four firewalls, and logs that
/// lack what real ones lack: rule names, directions, ports of ICMP, IPv4.
/// </summary>
internal sealed class OtherTraffic
{
    private static readonly string[] ruleNames =
    [
        "default-drop",
        "101",
        "Implicit Deny",
        "LAN-OUT-BLOCK",
        "seg_policy_7",
    ];
    private static readonly int[] oddPorts = [0, 7, 69, 102, 502, 1723, 2049, 4444, 8291, 10001, 27015, 47808];

    private readonly Random random;
    private readonly (int Port, double Weight)[] ports;
    private readonly IPAddress[] scanners;
    private readonly double unsteady;
    private readonly bool hasWays;
    private readonly (IPAddress Client, IPAddress Server, int Port)[][] wrongClients;

    public OtherTraffic(Random random, double mostDenies = 5_000)
    {
        this.random = random;
        hasWays = random.NextDouble() < 0.7;
        unsteady = 0.05 + 0.15 * random.NextDouble();
        var denies = Spread(20, mostDenies);
        var hasRules = random.NextDouble() < 0.8;
        Firewalls = [.. Enumerable.Range(0, random.Next(1, 5)).Select(i => Firewall(i, denies, hasRules))];
        int[] known =
        [
            22,
            23,
            80,
            443,
            445,
            3389,
            8080,
            5060,
            1433,
            3306,
            6379,
            5900,
            53,
            123,
            161,
            8443,
            2323,
            25,
            21,
            5432,
        ];
        ports =
        [
            .. known.Select(port => (port, Math.Pow(random.NextDouble(), 2) + 0.02)),
            .. oddPorts.Select(port => (port, 0.03 * random.NextDouble())),
        ];
        scanners = [.. Enumerable.Range(0, random.Next(200, 4_000)).Select(_ => Internet())];
        wrongClients =
        [
            .. Firewalls.Select(firewall =>
                Enumerable
                    .Range(0, 2 + (int)(firewall.Office / 12))
                    .Select(_ =>
                        (
                            firewall.Host(random.Next(5), random.Next(200)),
                            random.NextDouble() < 0.5 ? Internet() : firewall.Host(77, random.Next(20)),
                            Of(25, 53, 123, 8530, 9100, 445, 389)
                        )
                    )
                    .ToArray()
            ),
        ];
    }

    public IReadOnlyList<OtherFirewall> Firewalls { get; }

    /// <summary>The usual denies of a bucket: internet noise, clients set up wrongly, stray packets, discovery.</summary>
    public List<Deny> Usual()
    {
        var denies = new List<Deny>();
        for (var i = 0; i < Firewalls.Count; i++)
        {
            var firewall = Firewalls[i];
            var mood = Math.Exp(unsteady * Normal());
            denies.AddRange(Noise(firewall, Poisson(firewall.Noise * mood)));
            for (var count = Poisson(firewall.Office * Math.Exp(unsteady * Normal())); count > 0; count--)
                denies.Add(OfOffice(firewall, wrongClients[i]));
        }

        return denies;
    }

    /// <summary>Internet noise at a firewall.</summary>
    public IEnumerable<Deny> Noise(OtherFirewall firewall, int count)
    {
        for (; count > 0; count--)
        {
            var source =
                random.NextDouble() < 0.5
                    ? scanners[(int)(scanners.Length * Math.Pow(random.NextDouble(), 2))]
                    : Internet();
            var destination = firewall.Public[random.Next(firewall.Public.Length)];
            var isPing = random.NextDouble() < 0.03;
            var port = random.NextDouble() < 0.1 ? random.Next(1, 65_536) : UsualPort();
            for (var tries = random.NextDouble() < 0.15 ? 2 : 1; tries > 0; tries--)
                yield return new(
                    random.Next(900),
                    source,
                    destination,
                    isPing ? null : port,
                    isPing ? "icmp" : "tcp",
                    firewall.Inbound,
                    Direction.Inbound,
                    firewall.Name
                );
        }
    }

    public int UsualPort()
    {
        var at = random.NextDouble() * ports.Sum(p => p.Weight);
        foreach (var (port, weight) in ports)
        {
            at -= weight;
            if (at <= 0)
                return port;
        }

        return ports[0].Port;
    }

    /// <summary>Folds to flows as intake does.</summary>
    public IReadOnlyList<FlowRow> Fold(IEnumerable<Deny> denies, DateTimeOffset bucket) =>
        [
            .. denies
                .GroupBy(deny => deny with { Second = (int)deny.Second / 300 * 300 })
                .Select(same => new FlowRow(
                    bucket.AddSeconds(same.Key.Second),
                    same.Key.Firewall,
                    same.Key.Source,
                    same.Key.Destination,
                    same.Key.Port,
                    same.Key.Transport,
                    same.Key.Rule,
                    hasWays || Firewalls.Any(f => f.IsIPv6) ? same.Key.Way : Direction.Unknown,
                    null,
                    null,
                    null,
                    null,
                    same.Count(),
                    [.. same.Take(32).Select(deny => (short)(deny.Second - same.Key.Second))],
                    bucket.AddSeconds(same.Min(deny => deny.Second)),
                    bucket.AddSeconds(same.Max(deny => deny.Second))
                )),
        ];

    public IPAddress Internet() =>
        new([
            (byte)Of(5, 23, 45, 61, 77, 91, 103, 118, 141, 162, 178, 185, 193, 203, 212),
            (byte)random.Next(256),
            (byte)random.Next(256),
            (byte)random.Next(1, 255),
        ]);

    public double Spread(double low, double high) => low * Math.Pow(high / low, random.NextDouble());

    public T Of<T>(params T[] values) => values[random.Next(values.Length)];

    public int Poisson(double mean) =>
        mean > 40
            ? Math.Max(0, (int)Math.Round(mean + Math.Sqrt(mean) * Normal()))
            : Enumerable
                .Range(0, (int)(mean * 20) + 20)
                .Count(_ => random.NextDouble() < mean / ((int)(mean * 20) + 20));

    /// <summary>So many flows of noise, for the cost of attribution.</summary>
    public static List<FlowRow> Large(Random random, int flows)
    {
        var at = new DateTimeOffset(2026, 3, 3, 14, 15, 0, TimeSpan.Zero);
        return
        [
            .. Enumerable
                .Range(0, flows)
                .Select(_ => new FlowRow(
                    at.AddMinutes(5 * random.Next(3)),
                    $"fw-{random.Next(12)}",
                    new IPAddress([
                        (byte)random.Next(1, 224),
                        (byte)random.Next(256),
                        (byte)random.Next(64),
                        (byte)random.Next(8),
                    ]),
                    new IPAddress([198, 51, (byte)random.Next(16), (byte)random.Next(256)]),
                    (int)Math.Pow(65_535, random.NextDouble()),
                    "tcp",
                    $"rule-{random.Next(40)}",
                    Direction.Inbound,
                    $"{(char)('A' + random.Next(26))}{(char)('A' + random.Next(8))}",
                    random.Next(1, 20_000),
                    "DE",
                    64_500,
                    1 + random.Next(3),
                    [1, 90],
                    at,
                    at
                )),
        ];
    }

    private Deny OfOffice(OtherFirewall firewall, (IPAddress Client, IPAddress Server, int Port)[] clients)
    {
        var what = random.NextDouble();
        if (what < 0.55)
        {
            var (client, server, port) = clients[random.Next(clients.Length)];
            return Inside(firewall, client, server, port);
        }

        var host = firewall.Host(random.Next(6), random.Next(200));
        if (what < 0.7 && !firewall.IsIPv6)
            return Inside(
                firewall,
                host,
                IPAddress.Parse(Of("224.0.0.251", "255.255.255.255", "239.255.255.250")),
                Of(5353, 67, 1900)
            );
        return Inside(
            firewall,
            host,
            random.NextDouble() < 0.7 ? Internet() : firewall.Host(random.Next(90), random.Next(200)),
            Of(443, 80, 993, 22, 8443, 5228)
        );
    }

    /// <summary>A deny of something inside, to inside or outside.</summary>
    public Deny Inside(
        OtherFirewall firewall,
        IPAddress source,
        IPAddress destination,
        int? port,
        double? second = null,
        string? rule = null,
        string transport = "tcp"
    )
    {
        var text = destination.ToString();
        var isWithin =
            text.StartsWith(firewall.Inside, StringComparison.Ordinal)
            || text is ['2', '2' or '3' or '5', ..] && destination.GetAddressBytes()[0] >= 224
            || text.StartsWith("ff", StringComparison.Ordinal);
        return new(
            second ?? random.Next(900),
            source,
            destination,
            port,
            transport,
            rule ?? (isWithin ? firewall.Within : firewall.Outbound),
            isWithin ? Direction.Internal : Direction.Outbound,
            firewall.Name
        );
    }

    private OtherFirewall Firewall(int index, double denies, bool hasRules)
    {
        var isIPv6 = random.NextDouble() < 0.1;
        var noisy = 0.4 + 0.55 * random.NextDouble();
        var share = denies * (0.3 + random.NextDouble()) / 2;
        var hosts = Of(1, 4, 30, 250, 1_000);
        string? Rule(string kind) => hasRules ? $"{ruleNames[random.Next(ruleNames.Length)]}{kind}" : null;
        return new(
            $"edge-{index}",
            [
                .. Enumerable
                    .Range(0, hosts)
                    .Select(i => new IPAddress([(byte)(150 + index), 7, (byte)(i / 250), (byte)(1 + i % 250)])),
            ],
            isIPv6 ? $"2001:db8:{index + 16:x}" : Of($"10.{30 + index}", $"172.{17 + index}", "192.168"),
            isIPv6,
            Rule("-in"),
            Rule("-out"),
            Rule("-seg"),
            share * noisy,
            share * (1 - noisy)
        );
    }

    private double Normal() =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
