using Denywatch.Storage;
using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Connectors;

/// <summary>What the other side said to one attempt.</summary>
/// <param name="Words">For the log that people read.</param>
/// <param name="IsRefusal">It will most likely say no again, such as a wrong address.</param>
public sealed record Answer(bool IsDelivered, string Words, bool IsRefusal = false)
{
    /// <summary>Longest words that are kept, in characters.</summary>
    private const int Longest = 300;

    public static Answer Delivered(string words) => new(true, Line(words));

    /// <summary>It may go well next time.</summary>
    public static Answer Failed(string words) => new(false, Line(words));

    public static Answer Refused(string words) => new(false, Line(words), IsRefusal: true);

    /// <summary>One line of bounded length: a stranger wrote it.</summary>
    private static string Line(string words)
    {
        var line = string.Concat(words.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return line.Length <= Longest ? line : line[..Longest] + " …";
    }
}

/// <summary>One way of telling.</summary>
public interface IChannel
{
    ConnectorKind Kind { get; }

    /// <summary>One attempt; whatever goes wrong is an answer.</summary>
    Task<Answer> SendAsync(Connector connector, Delivery delivery, CancellationToken ct);
}

/// <summary>A message as it leaves: with links, where the public address is known.</summary>
internal static class Outgoing
{
    public static AlertMessage Of(Delivery delivery, Settings settings)
    {
        var message = AlertMessage.Read(delivery.Body);
        var page =
            delivery.AlertId is { } alert ? $"/alerts/{alert}"
            : message.Data.Denywatch.SourceId is { } source ? $"/sources/{source}"
            : null;
        if (settings.PublicUrl is not { Length: > 0 } home || page is null)
            return message;

        var url = home.TrimEnd('/') + page;
        return message with { Data = message.Data with { Event = message.Data.Event with { Url = url } } };
    }
}
