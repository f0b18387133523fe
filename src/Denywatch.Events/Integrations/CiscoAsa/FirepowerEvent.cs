using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CiscoAsa;

/// <summary>
/// Security events of Firepower Threat Defense: <c>Key: value, Key: value</c>. 430001 is an intrusion, 430002 and 430003
/// the start and end of a connection, 430004 and 430005 a file.
/// </summary>
internal static class FirepowerEvent
{
    public static bool IsOne(int id) => id is >= 430001 and <= 430005;

    public static void Read(int id, ReadOnlySpan<byte> text, in LogLine line, ICollection<FirewallEvent> events)
    {
        var (verdict, reason) = VerdictOf(id, text);
        var transport = Transports.Of(Value(text, "Protocol"u8));
        var hasPorts = transport is not ("icmp" or "ipv6-icmp");
        events.Add(
            new FirewallEvent
            {
                Verdict = verdict,
                Reason = reason,
                Timestamp = line.HeaderTime,
                Action = verdict == Verdict.Denied ? "deny" : "allow",
                Source = Value(text, "SrcIP"u8).Address(),
                SourcePort = hasPorts ? Value(text, "SrcPort"u8).Port() : null,
                Destination = Value(text, "DstIP"u8).Address(),
                DestinationPort = hasPorts ? Value(text, "DstPort"u8).Port() : null,
                Transport = transport,
                Observer = line.Sender,
                Rule = Words.OrNull(Value(text, "AccessControlRuleName"u8)),
            }
        );
    }

    private static (Verdict, string?) VerdictOf(int id, ReadOnlySpan<byte> text)
    {
        var key =
            id == 430001 ? "InlineResult"u8
            : id <= 430003 ? "AccessControlRuleAction"u8
            : "FileAction"u8;
        var word = Value(text, key);
        // "Block", "Block with reset", "Blocked", "Malware Block"; "Would have dropped" was let through.
        var isDenied = word.IndexOf("Block"u8) >= 0 || word.StartsWith("Drop"u8);
        if (isDenied)
            return (Verdict.Denied, Words.Reason(id == 430001 ? "inlineresult="u8 : "action="u8, word));
        return word.Is("allow"u8) || word.Is("trust"u8) || word.Is("fastpath"u8)
            ? (Verdict.Allowed, Words.Reason("action="u8, word))
            : (Verdict.None, null);
    }

    /// <summary>The value behind a key at the start or after <c>", "</c>; empty where there is none.</summary>
    private static ReadOnlySpan<byte> Value(ReadOnlySpan<byte> text, ReadOnlySpan<byte> key)
    {
        for (var from = 0; ; )
        {
            var at = text[from..].IndexOf(key);
            if (at < 0)
                return [];
            at += from;
            from = at + key.Length;
            var isKey = (at == 0 || text[at - 1] == ' ') && text[from..].StartsWith(": "u8);
            if (!isKey)
                continue;
            var value = text[(from + 2)..];
            var end = value.IndexOf(", "u8);
            return end < 0 ? value.TrimEnd((byte)' ') : value[..end];
        }
    }
}
