using Denywatch.Detection;
using Denywatch.Web.Features.Scoring;

namespace Denywatch.Web.Features.Explorer;

/// <summary>Why a record has its score.</summary>
/// <param name="Score">The record's own score, as it was written.</param>
/// <param name="Explanation">By the model as it is taught now; it may differ where later knowledge changed it.</param>
public sealed record ScoreStory(double Score, Explanation Explanation);

/// <summary>Judges a past bucket once more, to say why: nothing of it is kept.</summary>
public sealed class ScoreQueries(PastBuckets past)
{
    /// <summary>Null where the bucket has no record.</summary>
    public async Task<ScoreStory?> OfAsync(int seriesId, DateTimeOffset bucket, CancellationToken ct) =>
        await past.OfAsync(seriesId, bucket, ct) is { } found
            ? new(found.Record.Score, found.Model.Explain(bucket, found.Record.Actual, found.Rate))
            : null;
}
