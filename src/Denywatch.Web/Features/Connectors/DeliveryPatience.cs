using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Connectors;

/// <summary>When a message is tried again, and when no more.</summary>
public static class DeliveryPatience
{
    public static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);

    /// <summary>Since it was written.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromDays(3);

    /// <summary>Since its first attempt, where the other side refuses: it would be refused for days, and hold the others back.</summary>
    public static readonly TimeSpan GiveUpRefusedAfter = TimeSpan.FromHours(1);

    /// <summary>After an attempt that failed; null where it is given up.</summary>
    /// <param name="jitter">From 0 to 1: receivers that came back are not met by everybody at once.</param>
    public static DateTimeOffset? NextAt(Delivery delivery, Answer answer, DateTimeOffset now, double jitter)
    {
        ArgumentNullException.ThrowIfNull(delivery);
        ArgumentNullException.ThrowIfNull(answer);
        if (now - delivery.CreatedAt >= GiveUpAfter)
            return null;
        if (answer.IsRefusal && now - (delivery.FirstTriedAt ?? now) >= GiveUpRefusedAfter)
            return null;

        var doubled = FirstPause * Math.Pow(2, Math.Min(delivery.Attempts, 20));
        var pause = doubled < LongestPause ? doubled : LongestPause;
        return now + (pause * (0.8 + (0.2 * jitter)));
    }
}
