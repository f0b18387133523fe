using System.Globalization;
using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Ui;
using Npgsql;

namespace Denywatch.Web.Features.Scoring;

/// <summary>What an alert says whose series does not count denies that are too many.</summary>
/// <param name="Title">From actual and typical.</param>
/// <param name="Sentence">From what its flows say, actual and typical.</param>
public sealed record Story(Func<double, double, string> Title, Func<Finding, double, double, string> Sentence);

/// <summary>Finds what is to say of a bucket by what its job looks for.</summary>
public sealed class Stories(NpgsqlDataSource source)
{
    private const string Verdicts = """
        SELECT sum(l.allowed)::bigint, sum(l.denied)::bigint, sum(l.denied + l.allowed + l.unanswered + l.none)::bigint,
               (SELECT w.name FROM source_slices t JOIN data_sources d ON d.id = t.data_source_id JOIN firewalls w ON w.id = d.firewall_id
                WHERE t.slice >= @from AND t.slice < @to
                GROUP BY w.name ORDER BY sum(t.denied + t.allowed + t.unanswered + t.none) DESC LIMIT 1)
        FROM source_slices l WHERE l.slice >= @from AND l.slice < @to HAVING count(*) > 0
        """;

    // The rarest of the bucket: in how many buckets before it was seen.
    private const string Rarest = """
        SELECT v.value, v.count, count(e.at)::int AS seen, (SELECT min(at) FROM series_values WHERE series_id = @series)
        FROM series_values v
        LEFT JOIN series_values e ON e.series_id = v.series_id AND e.value = v.value AND e.at < v.at
        WHERE v.series_id = @series AND v.at = @from
        GROUP BY v.value, v.count ORDER BY seen, v.count DESC LIMIT 1
        """;

    /// <summary>Null for denies that are too many.</summary>
    public async Task<Story?> OfAsync(ScoredSeries series, DateTimeOffset bucket, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(series);
        var job = series.Counting;
        return job switch
        {
            { Detector: Detector.Rare } => await RareAsync(series, bucket, ct),
            { Detector: Detector.LowCount } => Fewer(series),
            { Detector: Detector.HighDistinctCount } => Distinct(series),
            { Events: CountedEvents.All } => await EventsAsync(series, bucket, ct),
            _ => null,
        };
    }

    private static Story Fewer(ScoredSeries series)
    {
        var what = series.Counting.Events == CountedEvents.All ? "events" : "denies";
        return new(
            (actual, typical) => $"Fewer {what} than usual, {series.Title}: {Sentences.Counts(actual, typical, what)}",
            (_, actual, typical) =>
                $"{Sentences.Counts(actual, typical, what)}: a feed that stopped, a rule that lets pass what it denied, or logging that was switched off."
        );
    }

    private static Story Distinct(ScoredSeries series)
    {
        var what = $"distinct values of {series.Counting.Field}";
        return new(
            (actual, typical) =>
                $"Many {what}{(series.Partition.Length == 0 ? "" : $", {series.Title}")}: {Number(actual)}, {Number(typical)} expected",
            (finding, actual, typical) =>
                $"{Sentences.Counts(actual, typical, what)}. {Sentences.Why(finding.Excess, finding.Cause)}"
        );
    }

    private async Task<Story?> EventsAsync(ScoredSeries series, DateTimeOffset bucket, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var found = await connection.RowsAsync(
            Verdicts,
            row => (Allowed: row.GetInt64(0), Denied: row.GetInt64(1), All: row.GetInt64(2), Most: row.TextOrNull(3)),
            ct,
            ("from", bucket),
            ("to", bucket + series.BucketSpan)
        );
        var mix = found is [{ All: > 0 } sums, ..]
            ? $" {Share(sums.Allowed, sums.All)} were allowed, {Share(sums.Denied, sums.All)} denied; most came from {sums.Most}."
            : "";
        return new(
            (actual, typical) => $"Spike in network events: {Number(actual)}, {Number(typical)} expected",
            (_, actual, typical) => $"{Sentences.Counts(actual, typical, "events")}.{mix}"
        );
    }

    private async Task<Story?> RareAsync(ScoredSeries series, DateTimeOffset bucket, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var found = await connection.RowsAsync(
            Rarest,
            row => (Value: row.GetString(0), Count: row.GetInt64(1), Seen: row.GetInt32(2), First: row.Time(3)),
            ct,
            ("series", series.Id),
            ("from", bucket)
        );
        if (found is not [var rarest])
            return null;

        var field = JobField.Find(series.Counting.Field)?.Title ?? series.Counting.Field;
        var before = rarest.Seen switch
        {
            0 => "never before",
            1 => "in one bucket before",
            var buckets => $"in {Number(buckets)} buckets before",
        };
        return new(
            (_, _) => $"Rare {field}: {rarest.Value}, {Number(rarest.Count)} events",
            (_, _, _) =>
                $"{Number(rarest.Count)} events with the {field} {rarest.Value}, which was seen {before} in {Times.Length(bucket - rarest.First)}."
        );
    }

    private static string Share(long part, long all) => $"{Math.Round(100.0 * part / all)} %";

    private static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
