using Denywatch.Events.Exceptions;
using Denywatch.Web.Features.Exceptions;

namespace Denywatch.Bench.Replay;

/// <summary>Changes of exceptions as people try them: added, removed and edited; the same for the same seed.</summary>
/// <param name="saved">Exceptions that hold already.</param>
internal sealed class RandomChanges(SavedExceptions saved)
{
    private const int Kinds = 8;

    private static readonly int[] ports = [445, 23, 22, 3389, 80];
    private static readonly string[] countries = ["DE", "US", "CN", "RU", "NL", "FR", "IN"];
    private static readonly string[] integrations = ["cisco_asa", "fortigate", "pan_os", "iptables"];

    /// <summary>Nearly all are small: one source, a network on some firewalls, a port on one.</summary>
    public IEnumerable<ExceptionChange> Small(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; ; i++)
        {
            var added = Draft(
                SmallScope(random, i % Kinds),
                random.Next(3) == 0 ? Day(random) : ReplayBenchmark.Size.Start
            );
            yield return (i % Kinds) switch
            {
                6 => new(Any(random, saved.Small), null),
                7 => new(Any(random, saved.Small), added),
                _ => new(null, added),
            };
        }
    }

    /// <summary>All are large: no bound of time, every firewall.</summary>
    public IEnumerable<ExceptionChange> Large(int seed)
    {
        var random = new Random(seed);
        for (var i = 0; ; i++)
        {
            var added = Draft(LargeScope(random, i % Kinds), ReplayBenchmark.Size.Start);
            yield return (i % Kinds) switch
            {
                6 => new(Any(random, saved.Large), null),
                7 => new(Any(random, saved.Large), added),
                _ => new(null, added),
            };
        }
    }

    public static ExceptionDraft Draft(FlowScope scope, DateTimeOffset from) =>
        new(scope, "the network team", "known and wanted", from, DateTimeOffset.UtcNow.AddDays(20));

    public static string Source(int number) => $"11.0.{number / 256}.{number % 256}";

    private static FlowScope SmallScope(Random random, int kind) =>
        kind switch
        {
            0 => new() { Sources = [Source(random.Next(500, 20_000))] },
            1 => new() { Sources = [Source(random.Next(100, 20_000))], Ports = [Port(random)] },
            2 => new() { Sources = [$"11.0.{random.Next(10, 78)}.0/24"], Firewalls = Some(random) },
            3 => new() { Ports = [Port(random)], Firewalls = [Firewall(random)] },
            4 => new() { Sources = [Source(random.Next(10, 2_000))], Destinations = [$"10.0.{random.Next(16)}.0/24"] },
            5 => new() { Rules = [$"rule-{random.Next(12)}"], Firewalls = [Firewall(random)] },
            _ => new() { Sources = [Source(random.Next(500, 20_000)), Source(random.Next(500, 20_000))] },
        };

    private static FlowScope LargeScope(Random random, int kind) =>
        kind switch
        {
            0 => new() { Ports = [Port(random)] },
            1 => new() { SourceCountries = [countries[random.Next(countries.Length)]] },
            2 => new() { Sources = ["11.0.0.0/8"] },
            3 => new() { Integrations = [integrations[random.Next(integrations.Length)]] },
            4 => new() { Sources = [$"11.0.{16 * random.Next(4)}.0/20"], Ports = [new(1, 1023)] },
            _ => new() { TimeOfDay = new(new(22, 0), new(6, 0), "Europe/Berlin") },
        };

    private static PortRange Port(Random random) =>
        ports[random.Next(ports.Length)] is var port ? new(port, port) : default;

    private static string Firewall(Random random) => $"fw-{random.Next(5, ReplayBenchmark.Size.Firewalls) + 1}";

    private static List<string> Some(Random random) =>
        [.. Enumerable.Range(0, 10).Select(_ => Firewall(random)).Distinct()];

    private static DateTimeOffset Day(Random random) =>
        ReplayBenchmark.Size.Start.AddDays(random.Next(ReplayBenchmark.Size.Days));

    private static int Any(Random random, IReadOnlyList<int> ids) => ids[random.Next(ids.Count)];
}
