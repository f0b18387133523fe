namespace Denywatch.Bench;

/// <summary>Something measured: prints its table itself and gives the figures of the last line.</summary>
public sealed record Benchmark(
    string Name,
    string What,
    Func<string[], CancellationToken, Task<IReadOnlyList<KeyValuePair<string, double>>>> RunAsync
)
{
    /// <summary>One line for each benchmark; the code stands in a file of its own beside this one.</summary>
    public static IReadOnlyList<Benchmark> All { get; } =
    [
        Parse.ParseBenchmark.Benchmark,
        Parse.DetectBenchmark.Benchmark,
        Parse.FuzzBenchmark.Benchmark,
        new(
            "causes",
            "likely causes of incidents, right and wrong; cost of attribution",
            Causes.CausesBenchmark.RunAsync
        ),
        new("quality", "incidents found and false alarms on labelled series", Quality.QualityBenchmark.RunAsync),
        new(
            "score",
            "buckets scored a second, size of a model, cost of the command line",
            Score.ScoreBenchmark.RunAsync
        ),
        new(
            "explorer",
            "views of 90 days and 10 million flows: --data FOLDER keeps them, --flows N makes fewer",
            Explorer.ExplorerBenchmark.RunAsync
        ),
        new(
            "explorers",
            "what 200 open explorers cost while traffic goes on: --explorers N, --seconds N",
            Explorers.ExplorersBenchmark.RunAsync
        ),
        new(
            "replay",
            "previews of exceptions over 30 days and 10 million flows: --data FOLDER keeps them, --flows N makes fewer",
            Replay.ReplayBenchmark.RunAsync
        ),
        new(
            "triage",
            "lists and bulk deeds over 100,000 alerts: --data FOLDER keeps them",
            Triage.TriageBenchmark.RunAsync
        ),
        new("tuning", "a rule's settings tried on the demo's month", Tuning.TuningBenchmark.RunAsync),
    ];
}
