using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.DataSources;

/// <summary>How a source is doing, and why we say so.</summary>
/// <param name="Reason">A sentence.</param>
public sealed record SourceHealth(LampState State, string Reason)
{
    private static readonly TimeSpan LateFrom = TimeSpan.FromMinutes(5);

    /// <summary>A late source has to come well below the line to be well again, so that it does not flap.</summary>
    private static readonly TimeSpan LateUntil = TimeSpan.FromMinutes(2.5);

    /// <summary>No source is quiet before it was silent for so long: until then its rhythm need not be known.</summary>
    public static readonly TimeSpan NeverQuietBefore = SourceRhythm.Unknown.Bound;

    /// <summary>A source is measured by its own rhythm: one that is silent for hours every night is not quiet after ten minutes.</summary>
    /// <param name="lastReceived">Receive time of its last line; null where it never sent one.</param>
    /// <param name="lag">How long its events take to arrive, smoothed.</param>
    /// <param name="wasLate">It was told to be late, and that is not over.</param>
    public static SourceHealth Of(
        DateTimeOffset? lastReceived,
        SourceRhythm rhythm,
        TimeSpan lag,
        DateTimeOffset now,
        bool wasLate = false
    )
    {
        ArgumentNullException.ThrowIfNull(rhythm);
        if (lastReceived is not { } last)
            return new(LampState.Never, "It has not sent a line yet.");

        var silence = now - last;
        if (silence >= rhythm.Bound && !rhythm.IsHabit(now))
            return new(
                LampState.Quiet,
                rhythm.Gap > TimeSpan.Zero
                    ? $"No line for {Times.Length(silence)}; 99 of 100 come within {Times.Length(rhythm.Gap)}."
                    : $"No line for {Times.Length(silence)}; it usually sends every few minutes at least."
            );
        if (lag > (wasLate ? LateUntil : LateFrom))
            return new(
                LampState.Late,
                $"Its events arrive {Times.Length(lag)} after they happen: buckets wait for them."
            );
        return new(
            LampState.Ok,
            silence >= rhythm.Bound
                ? $"No line for {Times.Length(silence)}, as on other days at this time."
                : $"Last line {Times.Length(silence)} ago."
        );
    }
}
