using Denywatch.Events.Text;
using static Denywatch.Events.Integrations.EventField;

namespace Denywatch.Events.Integrations.CiscoUmbrella;

/// <summary>
/// The columns of one kind of log. Source: "Log Formats and Versioning" in the Umbrella documentation; later versions add
/// columns behind these.
/// </summary>
/// <param name="Devices">Columns with the identities and with their types; null where there are none.</param>
internal sealed record UmbrellaLog(EventField[] Columns, (int Identities, int Types)? Devices = null)
{
    private static readonly UmbrellaLog Firewall = new(
        [
            Time,
            None,
            None,
            None,
            EventField.Direction,
            Transport,
            None,
            Source,
            SourcePort,
            Destination,
            DestinationPort,
            OtherObserver,
            Rule,
            EventField.Action,
        ],
        (2, 3)
    );

    private static readonly UmbrellaLog Dns = new(
        [
            Time,
            OtherObserver,
            None,
            Source,
            OtherSource,
            EventField.Action,
            None,
            None,
            None,
            None,
            None,
            None,
            OtherRule,
        ],
        (2, 11)
    );

    // The address inside, the one outside, the server's; older exports have a column more in front.
    private static readonly UmbrellaLog Proxy = new(
        [
            Time,
            OtherObserver,
            Source,
            OtherSource,
            Destination,
            None,
            EventField.Action,
            .. Enumerable.Repeat(None, 23),
            Rule,
        ],
        (23, 24)
    );

    private static readonly UmbrellaLog OlderProxy = new([
        Time,
        OtherObserver,
        None,
        Source,
        OtherSource,
        Destination,
        None,
        EventField.Action,
    ]);

    private static readonly UmbrellaLog Ip = new([
        Time,
        OtherObserver,
        Source,
        SourcePort,
        Destination,
        DestinationPort,
        None,
    ]);

    private static readonly UmbrellaLog Intrusion = new(
        [
            Time,
            OtherObserver,
            None,
            None,
            OtherRule,
            Rule,
            None,
            None,
            None,
            None,
            Transport,
            None,
            Source,
            SourcePort,
            Destination,
            DestinationPort,
            EventField.Action,
        ],
        (1, 2)
    );

    /// <summary>The kind of log that a row is of; null where it is of none.</summary>
    public static UmbrellaLog? Of(in CsvRow row)
    {
        if (AnyTime.Of(row[0], Utc) is null)
            return null;
        if (EventDraft.DirectionOf(row[4]) is Events.Direction.Inbound or Events.Direction.Outbound && row.Count >= 14)
            return Firewall;
        if (row.Count >= 17 && row[12].Address() is not null && row[14].Address() is not null)
            return Intrusion;
        if (row.Count >= 9 && IsVerdict(row[5]) && (IsAddressOrEmpty(row[3]) || IsAddressOrEmpty(row[4])))
            return Dns;
        if (row.Count >= 7 && IsVerdict(row[6]))
            return Proxy;
        if (row.Count >= 8 && IsVerdict(row[7]))
            return OlderProxy;
        if (
            row.Count is >= 7 and <= 9
            && row[2].Address() is not null
            && row[3].Port() is not null
            && row[4].Address() is not null
        )
            return Ip;
        return null;
    }

    /// <summary>For times without a zone.</summary>
    public static Receipt Utc { get; } = new(DateTimeOffset.UnixEpoch, null, TimeZoneInfo.Utc);

    private static bool IsVerdict(ReadOnlySpan<byte> text) =>
        text.Is("allowed"u8) || text.Is("blocked"u8) || text.Is("proxied"u8);

    private static bool IsAddressOrEmpty(ReadOnlySpan<byte> text) => text.IsEmpty || text.Address() is not null;
}
