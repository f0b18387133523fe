using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.JuniperSrx;

/// <summary>
/// Junos security logs of SRX and vSRX, structured (<c>[junos@2636… source-address="…"]</c>) and as plain text, and the
/// log of firewall filters. Wording: Junos OS System Log Explorer.
/// </summary>
public sealed class JuniperSrxIntegration : IIntegration
{
    private const int FarthestName = 128;

    public string Name => "juniper_srx";
    public string Title => "Juniper SRX";

    public bool Recognises(in LogLine line) =>
        line.StructuredData.StartsWith("[junos@"u8)
        || JunosEvent.IsOurs(line.MessageId)
        || JunosEvent.IsOurs(NameIn(line.Message, out _))
        || FilterMessage.Find(line.Message, out _)
        || line.Message[..Math.Min(line.Message.Length, FarthestName)].IndexOf("[junos@"u8) >= 0;

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        if (FilterMessage.Find(line.Message, out var filtered))
            return FilterMessage.Read(filtered, line, events);

        var structured = line.StructuredData;
        var text = line.Message;
        var name = JunosEvent.IsOurs(line.MessageId) ? line.MessageId : NameIn(line.Message, out text);
        if (name.IsEmpty)
            name = line.MessageId;
        if (structured.IsEmpty && text.IndexOf("[junos@"u8) is >= 0 and var at)
            structured = text[at..];

        if (name.SequenceEqual("UI_COMMIT"u8) || name.SequenceEqual("UI_COMMIT_COMPLETED"u8))
        {
            events.Add(Notice.Change(line, text, Between(text, "User '"u8)));
            return Outcome.Understood;
        }
        if (!JunosEvent.SpeaksOfTraffic(name))
            return Outcome.Understood;
        return structured.IsEmpty
            ? PlainMessage.Read(name, text, line, events)
            : StructuredMessage.Read(name, structured, line, events);
    }

    private static ReadOnlySpan<byte> Between(ReadOnlySpan<byte> text, ReadOnlySpan<byte> before)
    {
        var at = text.IndexOf(before);
        if (at < 0)
            return [];
        text = text[(at + before.Length)..];
        var end = text.IndexOf((byte)'\'');
        return end < 0 ? text : text[..end];
    }

    /// <summary>The event's name at the start of a message without RFC 5424 header: behind a program and a dash, perhaps.</summary>
    private static ReadOnlySpan<byte> NameIn(ReadOnlySpan<byte> message, out ReadOnlySpan<byte> behind)
    {
        behind = message;
        var text = message[..Math.Min(message.Length, FarthestName)];
        for (var words = 0; words < 4; words++)
        {
            text = text.TrimStart(" -"u8);
            var end = text.IndexOfAny((byte)' ', (byte)':');
            if (end < 0)
                return [];
            var word = text[..end];
            if (JunosEvent.IsOurs(word))
            {
                var start = message.IndexOf(word) + word.Length;
                behind = message[start..].TrimStart(": "u8);
                return word;
            }
            text = text[(end + 1)..];
        }
        return [];
    }
}
