using System.Net;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Iptables;

/// <summary>The packet's fields. An ICMP error embeds a second packet in brackets: the first one counts.</summary>
internal ref struct Packet
{
    public IPAddress? Source,
        Destination;

    public int? SourcePort,
        DestinationPort;

    public string? Transport;

    public void Read(ReadOnlySpan<byte> text)
    {
        var embedded = text.IndexOf(" ["u8);
        if (embedded >= 0 && text[embedded..].StartsWith(" [SRC="u8))
            text = text[..embedded];

        var pairs = new KeyValues(text);
        while (pairs.Next())
        {
            if (pairs.Key.SequenceEqual("SRC"u8))
                Source ??= pairs.Value.Address();
            else if (pairs.Key.SequenceEqual("DST"u8))
                Destination ??= pairs.Value.Address();
            else if (pairs.Key.SequenceEqual("PROTO"u8))
                Transport ??= Transports.Of(pairs.Value);
            else if (pairs.Key.SequenceEqual("SPT"u8))
                SourcePort ??= pairs.Value.Port();
            else if (pairs.Key.SequenceEqual("DPT"u8))
                DestinationPort ??= pairs.Value.Port();
        }
    }
}
