using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Denywatch.Events.Exceptions;
using Denywatch.Storage;
using Denywatch.Web.Features.Explorer;
using Denywatch.Web.Features.Overview;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Ui.Charts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;

namespace Denywatch.Web.Features.Alerts;

/// <summary>All that an alert rests on, for whoever has no Denywatch: frozen at one moment.</summary>
/// <param name="Until">End of the last anomalous bucket.</param>
/// <param name="Firewall">The one it is about; null for all together.</param>
/// <param name="From">From when on its records tell of.</param>
/// <param name="Window">So much a record tells of, until the end of its bucket.</param>
/// <param name="Unit">What its records count.</param>
/// <param name="Buckets">Of the series that tells it, from twelve hours before its start.</param>
public sealed record EvidencePack(
    DateTimeOffset TakenAt,
    AlertRow Alert,
    string Rule,
    DateTimeOffset From,
    DateTimeOffset Until,
    string? Firewall,
    TimeSpan BucketSpan,
    TimeSpan Window,
    string Unit,
    IReadOnlyList<string> Matches,
    IReadOnlyList<string> Caveats,
    AlertEvidence? Evidence,
    IReadOnlyList<TimelinePoint> Buckets,
    IReadOnlyList<RawSample> Samples,
    IReadOnlyList<StreamLine> Stream
)
{
    /// <summary>The flows that it is about.</summary>
    [JsonIgnore]
    public FlowScope Scope { get; init; } = new();
}

/// <summary>Makes evidence packs: a page that stands alone, JSON, and the flows of the episode as CSV.</summary>
public sealed class EvidencePacks(
    AlertQueries alerts,
    TimelineQueries timelines,
    FlowQueries flows,
    IServiceProvider services,
    ILoggerFactory loggers,
    TimeProvider clock
)
{
    private const int MostSamples = 50;

    /// <summary>Drawn before an episode, so that what is usual is seen beside it, and after.</summary>
    internal static readonly TimeSpan Before = TimeSpan.FromHours(12);

    internal static readonly TimeSpan After = TimeSpan.FromHours(3);

    private static readonly JsonSerializerOptions readable = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Converters = { new JsonStringEnumConverter() },
    };

    /// <summary>Null where there is no such alert.</summary>
    public async Task<EvidencePack?> OfAsync(long id, CancellationToken ct)
    {
        if (await alerts.FindAsync(id, ct) is not { } detail || await alerts.RowsAsync([id], ct) is not [var row])
            return null;

        var (alert, span, counting) = (detail.Alert, detail.Series.Job.BucketSpan, detail.Series.Job.Counting);
        var until = alert.LastBucket + span;
        return new(
            clock.GetUtcNow(),
            row,
            detail.RuleName,
            ScoredSeries.Of(detail.Series).WindowOf(alert.StartedAt).From,
            until,
            detail.Series.FirewallId is null ? null : detail.Series.Partition,
            span,
            counting.Window,
            AlertWords.Unit(counting),
            alert.Matches,
            [.. AlertWords.Caveats(alert, detail.Evidence?.Excess.ComparableBuckets)],
            detail.Evidence,
            await timelines.PointsAsync(alert.SeriesId, alert.StartedAt - Before, until + After, ct),
            await alerts.SamplesAsync(detail, MostSamples, ct),
            [.. alert.Notes.Select(note => new StreamLine(note.At, note.By, note.Kind, note.Text))]
        )
        {
            Scope =
                counting.Detector == Detector.Beacon ? Caller.Parse(detail.Series.Partition).Scope
                : counting.Detector == Detector.SlowScan ? new() { Sources = [detail.Series.Partition] }
                : detail.Series.FirewallId is null ? new()
                : new() { Firewalls = [detail.Series.Partition] },
        };
    }

    public static string ToJson(EvidencePack pack) => JsonSerializer.Serialize(pack, readable);

    /// <summary>A page without scripts, styles or pictures from elsewhere: it can be mailed, kept and printed.</summary>
    public async Task<string> ToHtmlAsync(EvidencePack pack)
    {
        await using var renderer = new HtmlRenderer(services, loggers);
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(
                new Dictionary<string, object?>(StringComparer.Ordinal) { [nameof(EvidenceDocument.Pack)] = pack }
            );
            var page = await renderer.RenderComponentAsync<EvidenceDocument>(parameters);
            return "<!doctype html>\n" + page.ToHtmlString();
        });
    }

    /// <summary>The flows of the episode, of its firewall or suspect alone where it is about one; the largest first.</summary>
    public Task WriteCsvAsync(EvidencePack pack, Stream to, CancellationToken ct)
    {
        var question = new FlowQuestion(pack.From, pack.Until) { Filter = new(pack.Scope, []), Sort = FlowSort.Count };
        return FlowFile.WriteCsvAsync(flows.AllAsync(question, ct), to, ct);
    }

    internal static string Number(double? number) =>
        number is { } value ? value.ToString(value >= 100 ? "N0" : "0.#", CultureInfo.InvariantCulture) : "no data";
}
