using Denywatch.Events.Exceptions;
using Denywatch.Web.Features.Explorer;

namespace Denywatch.Bench.Explorer;

/// <summary>Views as people leaf through: any range, lanes and page; the same for the same seed.</summary>
internal static class RandomViews
{
    private static readonly double[] hours = [1, 3, 6, 12, 24, 48, 168, 336, 720, 2160];

    public static IEnumerable<TimelineQuestion> Of(int seed, int count, bool isFiltered)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var longest = isFiltered ? ExplorerQueries.LongestFiltered : TimeSpan.FromDays(ExplorerBenchmark.Size.Days);
            var length = TimeSpan.FromHours(hours[random.Next(hours.Length)]);
            length = length < longest ? length : longest;
            var from =
                ExplorerBenchmark.Size.Start
                + (EstateSize.End - ExplorerBenchmark.Size.Start - length) * random.NextDouble();
            yield return new(from, from + length)
            {
                ViewBy = (ViewBy)random.Next(Enum.GetValues<ViewBy>().Length),
                LanePage = random.Next(3),
                Filter =
                    isFiltered ? FilterOf(random)
                    : random.Next(3) == 0 ? new(new() { Firewalls = [Firewall(random)] }, [])
                    : TrafficFilter.None,
            };
        }
    }

    private static TrafficFilter FilterOf(Random random) =>
        random.Next(6) switch
        {
            0 => new(new() { Sources = [$"11.0.{random.Next(80)}.0/24"] }, []),
            1 => new(new() { Sources = [$"11.0.0.{random.Next(256)}"] }, []),
            2 => new(new() { Ports = [new(445, 445)], Firewalls = [Firewall(random)] }, []),
            3 => new(new(), [new() { SourceCountries = ["DE", "US"] }]),
            4 => new(new() { Rules = [$"rule-{random.Next(12)}"] }, [new() { Sources = ["11.0.0.0/24"] }]),
            _ => new(new() { Integrations = ["fortigate"] }, []),
        };

    private static string Firewall(Random random) => $"fw-{1 + random.Next(ExplorerBenchmark.Size.Firewalls)}";
}
