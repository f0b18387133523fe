using System.Text.Json;
using Denywatch.Cli;
using Denywatch.Cli.Score;
using Denywatch.Detection;

namespace Denywatch.Bench.Quality;

/// <summary>A stretch of buckets, both ends included.</summary>
public readonly record struct Stretch(DateTimeOffset Start, DateTimeOffset End);

/// <summary>Denies that were added to a series, or that a person saw in it.</summary>
public sealed record LabelledIncident(string Type, string Difficulty, Stretch When);

/// <summary>Counts with what is to be found in them.</summary>
/// <param name="Ignore">Stretches that are neither right nor wrong.</param>
/// <param name="WarmupUntil">Earlier buckets do not count.</param>
public sealed record LabelledSeries(
    string Id,
    string Family,
    TimeZoneInfo Zone,
    DateTimeOffset WarmupUntil,
    IReadOnlyList<LabelledIncident> Incidents,
    IReadOnlyList<Stretch> Ignore,
    IReadOnlyList<CountedBucket> Counts
)
{
    /// <summary>The folder's <c>labels.json</c> and <c>series/</c>.</summary>
    public static List<LabelledSeries> ReadAll(string folder)
    {
        using var labels = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "labels.json")));
        return
        [
            .. labels
                .RootElement.GetProperty("series")
                .EnumerateObject()
                .Select(series => Read(folder, series.Name, series.Value)),
        ];
    }

    /// <summary>Each deny kept with a chance of one half: the same story told by half as many.</summary>
    public LabelledSeries Thinned(int seed)
    {
        var random = new Draws(seed);
        return this with { Counts = [.. Counts.Select(c => c with { Count = random.Binomial((long)c.Count, 0.5) })] };
    }

    /// <summary>Everything later by the given time: nothing may depend on where midnight lies.</summary>
    public LabelledSeries Shifted(TimeSpan by) =>
        this with
        {
            WarmupUntil = WarmupUntil + by,
            Incidents = [.. Incidents.Select(i => i with { When = Later(i.When, by) })],
            Ignore = [.. Ignore.Select(i => Later(i, by))],
            Counts = [.. Counts.Select(c => c with { Bucket = c.Bucket + by })],
        };

    private static Stretch Later(Stretch stretch, TimeSpan by) => new(stretch.Start + by, stretch.End + by);

    private static LabelledSeries Read(string folder, string id, JsonElement label)
    {
        using var stream = LogFile.Open(Path.Combine(folder, "series", id + ".csv.gz"), out _, out _);
        return new(
            id,
            label.GetProperty("family").GetString()!,
            TimeZoneInfo.FindSystemTimeZoneById(label.GetProperty("timezone").GetString()!),
            label.GetProperty("warmup_until").GetDateTimeOffset(),
            [
                .. label
                    .GetProperty("incidents")
                    .EnumerateArray()
                    .Select(incident => new LabelledIncident(
                        incident.GetProperty("type").GetString()!,
                        incident.GetProperty("difficulty").GetString()!,
                        StretchOf(incident)
                    )),
            ],
            [.. label.GetProperty("ignore").EnumerateArray().Select(StretchOf)],
            CountsFile.Read(stream).Buckets
        );
    }

    private static Stretch StretchOf(JsonElement element) =>
        new(element.GetProperty("start").GetDateTimeOffset(), element.GetProperty("end").GetDateTimeOffset());
}
