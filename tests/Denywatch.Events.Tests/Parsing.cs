using System.Text;

namespace Denywatch.Events.Tests;

/// <summary>Reads lines as one sender would have sent them, received on 5 May 2024 at 19:00 UTC.</summary>
internal static class Parsing
{
    public static readonly DateTimeOffset ReceivedAt = new(2024, 5, 5, 19, 0, 0, TimeSpan.Zero);

    public static Receipt Receipt(string? peer = null, TimeZoneInfo? zone = null) =>
        new(ReceivedAt, peer, zone ?? TimeZoneInfo.Utc);

    public static (Reading Reading, List<FirewallEvent> Events) Read(
        string line,
        string? pinned = null,
        string? peer = null
    ) => Read(Encoding.UTF8.GetBytes(line), new EventReader(pinned), peer);

    public static (Reading Reading, List<FirewallEvent> Events) Read(
        byte[] line,
        EventReader reader,
        string? peer = null
    )
    {
        var events = new List<FirewallEvent>();
        return (reader.Read(line, Receipt(peer), events), events);
    }

    /// <summary>The one event of a line that must be understood.</summary>
    public static FirewallEvent EventOf(string line, string? peer = null)
    {
        var (reading, events) = Read(line, peer: peer);
        Assert.Null(reading.Problem);
        return Assert.Single(events);
    }
}
