using Denywatch.Web.Features.Replay;
using Denywatch.Web.Ui;
using Denywatch.Web.Ui.Charts;

namespace Denywatch.Web.Features.Exceptions;

/// <summary>How pages say what an exception does.</summary>
public static class ExceptionWords
{
    /// <summary>Such as "Takes away 13,500 denies: 2 alerts vanish, 1 shrinks, 14 stay."</summary>
    public static string Sentence(PreviewResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        var denies = Numbers.Exact(Math.Abs(result.Denies));
        var unsure =
            result.Unsure > 0 ? $" and up to {Numbers.Exact(result.Unsure)} more in rows folded under load" : "";
        var verb = result.Denies >= 0 ? "Takes away" : "Counts again";
        return result is { Denies: 0, Unsure: 0 }
            ? "Nothing of what is stored is meant by it: no alert changes."
            : $"{verb} {denies} denies{unsure}: {EffectWords.Sum(result.Alerts, result.Stay)}.";
    }

    /// <summary>The total as it would be, with the line as it is beside it.</summary>
    public static ExplorerChartModel? Chart(PreviewResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Line.Count < 2)
            return null;

        var span = result.Line[1].At - result.Line[0].At;
        var points = result.Line.Select(bucket => new TimelinePoint(
            bucket.At,
            bucket.Now,
            bucket.Typical,
            bucket.Lower,
            bucket.Upper,
            Score: null,
            bucket.Now is null ? PointState.Missing : PointState.Final
        ));
        return new(new([.. points], [], span), result.Line[^1].At + span)
        {
            Compared = result
                .Line.Where(bucket => bucket.Before is not null)
                .ToDictionary(bucket => bucket.At, bucket => bucket.Before!.Value),
            ComparedAs = "as it is",
        };
    }

    /// <summary>How long it still holds.</summary>
    public static string Left(ExceptionRow row, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(row);
        var left = row.Until - now;
        return left <= TimeSpan.Zero ? "over"
            : left < TimeSpan.FromDays(1) ? $"{Math.Ceiling(left.TotalHours):0} h left"
            : $"{Math.Floor(left.TotalDays):0} d left";
    }
}
