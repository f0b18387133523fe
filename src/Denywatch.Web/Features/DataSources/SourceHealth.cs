using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.DataSources;

/// <summary>How a source is doing, and why we say so.</summary>
/// <param name="Reason">A sentence.</param>
public sealed record SourceHealth(LampState State, string Reason)
{
    /// <summary>Up to this long nobody worries: the shortest silence that is told.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan LateFrom = TimeSpan.FromMinutes(5);

    /// <summary>
    /// A source is measured by its own habit: one that is silent for hours every night is not quiet after ten minutes.
    /// </summary>
    /// <param name="lastReceived">Receive time of its last line; null where it never sent one.</param>
    /// <param name="longestSilence">Longest stretch without a line in the days before; null while it is too new to know.</param>
    /// <param name="lag">How long its events take to arrive, smoothed.</param>
    public static SourceHealth Of(
        DateTimeOffset? lastReceived,
        TimeSpan? longestSilence,
        TimeSpan lag,
        DateTimeOffset now
    )
    {
        if (lastReceived is not { } last)
            return new(LampState.Never, "It has not sent a line yet.");

        var silence = now - last;
        var usual = longestSilence is { } longest && longest > Grace ? longest : Grace;
        var habit = longestSilence switch
        {
            null => "it is too new to know its habit",
            { TotalMinutes: < 5 } => "in two days it was never silent for 5 min",
            { } length => $"its longest silence in two days was {Times.Length(length)}",
        };

        if (silence > 2 * usual)
            return new(LampState.Quiet, $"No line for {Times.Length(silence)}; {habit}.");
        if (silence > usual)
            return new(LampState.Late, $"No line for {Times.Length(silence)}; {habit}.");
        if (lag > LateFrom)
            return new(
                LampState.Late,
                $"Its events arrive {Times.Length(lag)} after they happen: buckets wait for them."
            );
        return new(LampState.Ok, $"Last line {Times.Length(silence)} ago; {habit}.");
    }
}
