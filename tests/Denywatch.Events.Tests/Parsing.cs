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

    /// <summary>An event in one line: verdict or kind, transport, ends, firewall rule, firewall, count, and when (UTC).</summary>
    public static string Told(FirewallEvent read)
    {
        var what = read.Kind == EventKind.Traffic ? read.Verdict.ToString() : read.Kind.ToString();
        var ends =
            read.Kind == EventKind.Traffic
                ? $"{read.Transport} {End(read.Source, read.SourcePort)} > {End(read.Destination, read.DestinationPort)} {read.Rule}"
                : $"{read.Reason} by {read.By}";
        var count = read.Count == 1 ? "" : $" x{read.Count}";
        return FormattableString.Invariant(
            $"{what} {ends} @ {read.Observer} {read.Timestamp?.UtcDateTime:HH:mm:ss}{count}"
        );
    }

    private static string End(System.Net.IPAddress? address, int? port) =>
        port is null ? $"{address}" : $"{new System.Net.IPEndPoint(address ?? System.Net.IPAddress.Any, port.Value)}";
}
