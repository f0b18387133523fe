using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CiscoUmbrella;

/// <summary>
/// Cisco Umbrella's CSV exports: cloud firewall, intrusion prevention, DNS, proxy and IP logs. They have no header row and
/// tell themselves by what stands where. Times are UTC.
/// </summary>
public sealed class CiscoUmbrellaIntegration : IIntegration
{
    private const int MostColumns = 48;

    public string Name => "cisco_umbrella";
    public string Title => "Cisco Umbrella";

    public bool Recognises(in LogLine line)
    {
        var text = TextOf(line);
        if (IsHeader(text))
            return true;
        if (text.Length < 40 || text[0] is not ((byte)'"' or (byte)'2') || text.IndexOf((byte)',') is < 19 or > 21)
            return false;
        Span<Range> ranges = stackalloc Range[MostColumns];
        return UmbrellaLog.Of(CsvRow.Read(text, ranges)) is not null;
    }

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        if (IsHeader(TextOf(line)))
            return Outcome.Understood;
        Span<Range> ranges = stackalloc Range[MostColumns];
        var row = CsvRow.Read(TextOf(line), ranges);
        if (UmbrellaLog.Of(row) is not { } log)
            return Outcome.Rejected("the row is none of Umbrella's logs: dns, proxy, ip, cloud firewall or intrusion");

        var utc = UmbrellaLog.Utc;
        var draft = new EventDraft();
        for (var i = 0; i < log.Columns.Length; i++)
            draft.Take(log.Columns[i], row[i], utc);
        if (log.Devices is var (identities, types) && Device(row[identities], row[types]) is { IsEmpty: false } device)
            draft.Take(EventField.Observer, device, utc);

        var verdict = ActionWords.Of(draft.Action);
        if (verdict == Verdict.Denied && draft.Source is null && draft.Destination is null)
            return Outcome.Rejected("a block without an address: is the row complete?");
        events.Add(
            draft.ToEvent(verdict, draft.Action is null ? null : Words.Reason("verdict="u8, draft.Action), line)
        );
        return Outcome.Understood;
    }

    /// <summary>The identity that is a device or a network, not a person: what stands in for a firewall's name.</summary>
    private static ReadOnlySpan<byte> Device(ReadOnlySpan<byte> identities, ReadOnlySpan<byte> types)
    {
        while (!types.IsEmpty)
        {
            var type = Part(ref types);
            var identity = Part(ref identities);
            if (
                type.StartsWith("Roaming Computer"u8)
                || type.SequenceEqual("Anyconnect Roaming Client"u8)
                || type.SequenceEqual("Mobile Devices"u8)
                || type.SequenceEqual("Network Devices"u8)
                || type.SequenceEqual("CDFW Tunnel Device"u8)
                || type.SequenceEqual("Network Tunnels"u8)
            )
                return identity;
        }
        return [];
    }

    private static ReadOnlySpan<byte> Part(scoped ref ReadOnlySpan<byte> list)
    {
        var comma = list.IndexOf((byte)',');
        var part = comma < 0 ? list : list[..comma];
        list = comma < 0 ? [] : list[(comma + 1)..];
        return part.Trim((byte)' ');
    }

    // An export may be set to begin with the columns' names; the columns are the same.
    private static bool IsHeader(ReadOnlySpan<byte> text) =>
        (text.StartsWith("Timestamp,"u8) || text.StartsWith("\"Timestamp\","u8)) && text.IndexOf("Identit"u8) > 0;

    // A row begins with its time, which reads like a syslog header.
    private static ReadOnlySpan<byte> TextOf(in LogLine line) =>
        line.Raw.StartsWith((byte)'<') ? line.Message : line.Raw;
}
