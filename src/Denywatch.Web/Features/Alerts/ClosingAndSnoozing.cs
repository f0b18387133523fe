using Denywatch.Storage;
using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Alerts;

/// <summary>How an alert is closed.</summary>
/// <param name="Note">Required for <see cref="CloseReason.Other"/>, welcome always.</param>
/// <param name="DuplicateOf">Required for <see cref="CloseReason.Duplicate"/>: the alert that tells it already.</param>
public sealed record Closing(CloseReason Reason, string? Note = null, long? DuplicateOf = null)
{
    /// <summary>What is missing, as a sentence; null where nothing is.</summary>
    public string? Problem =>
        Reason switch
        {
            CloseReason.Rescored => "Only the system closes alerts as re-scored.",
            CloseReason.Other when string.IsNullOrWhiteSpace(Note) => "Say in a note what it was.",
            CloseReason.Duplicate when DuplicateOf is null => "Link the alert that tells it already.",
            _ when !Enum.IsDefined(Reason) => "That is not a reason.",
            _ => null,
        };
}

/// <summary>How long alerts stay out of the queue.</summary>
/// <param name="Until">Required for <see cref="SnoozeEnd.Time"/>; the latest return for the others, a week where null.</param>
/// <param name="Factor">Required for <see cref="SnoozeEnd.Worse"/>: actual over expected denies of a bucket.</param>
public sealed record Snoozing(SnoozeEnd Ends, DateTimeOffset? Until = null, double? Factor = null)
{
    private static readonly TimeSpan longest = TimeSpan.FromDays(30);
    private static readonly TimeSpan usual = TimeSpan.FromDays(7);

    /// <summary>What is wrong, as a sentence; null where nothing is.</summary>
    public string? ProblemAt(DateTimeOffset now) =>
        !Enum.IsDefined(Ends) ? "That is no end of a snooze: use Time, Worse or Quiet."
        : Ends == SnoozeEnd.Time && Until is null ? "Say when it comes back."
        : Until <= now ? "That time has passed already: choose one that is still to come."
        : Until - now > longest ? "It would be gone for more than 30 days: close it, or choose a nearer time."
        : Ends == SnoozeEnd.Worse && Factor is not (> 1 and <= 10_000)
            ? "Say how many times the expected denies is worse: from 1 to 10,000."
        : null;

    internal Snooze By(string name, DateTimeOffset now) =>
        new((Until ?? now + usual).ToMicroseconds(), Ends, Ends == SnoozeEnd.Worse ? Factor : null, name);
}
