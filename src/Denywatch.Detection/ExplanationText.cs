using System.Globalization;

namespace Denywatch.Detection;

/// <summary>Puts a record's facts into words.</summary>
internal static class ExplanationText
{
    public static BelowReason BelowOf(in Prediction prediction, in AnomalyRecord record, double line) =>
        record switch
        {
            { Actual: null } => BelowReason.Missing,
            { IsLearning: true } => BelowReason.Learning,
            _ when record.Score >= line => BelowReason.None,
            _ when record.Actual <= record.Typical => BelowReason.AsExpected,
            _ when record.Actual - prediction.Mean < SeriesModel.LeastExcess => BelowReason.TooFew,
            _ => BelowReason.NotRareEnough,
        };

    public static string SentenceOf(
        in AnomalyRecord record,
        in Prediction prediction,
        int comparable,
        BelowReason below,
        long? crossing,
        int way
    )
    {
        if (record.Actual is not { } actual)
            return "No counts came in for this bucket: it is missing, not zero.";

        var count = Number(actual);
        var expected = $"{count} denies, {Number(prediction.Mean)} expected";
        return below switch
        {
            BelowReason.Learning =>
                $"{count} denies; still learning: {comparable} of {SeriesModel.ComparableNeeded} comparable buckets.",
            BelowReason.AsExpected => $"{expected}: no more than usual.",
            BelowReason.TooFew =>
                $"{expected}: rare, but fewer than {SeriesModel.LeastExcess} denies above what is expected.",
            BelowReason.NotRareEnough =>
                $"{expected}: within what quiet traffic shows; {Number(crossing ?? 0)} would have reached the line.",
            _ when way > 0 =>
                $"{expected}; the last {Evidence.LengthOf(way)} buckets together are far above what is usual.",
            _ => $"{expected} ({(actual / prediction.Mean).ToString("0.0", CultureInfo.InvariantCulture)}x): "
                + "far above what is usual for this time.",
        };
    }

    private static string Number(double value) =>
        value.ToString(value < 10 ? "0.#" : "N0", CultureInfo.InvariantCulture);
}
