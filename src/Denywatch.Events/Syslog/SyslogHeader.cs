using Denywatch.Events.Text;

namespace Denywatch.Events.Syslog;

/// <summary>
/// Reads the syslog header off a line: RFC 5424, RFC 3164 and what devices make of it (no PRI, a year, a zone, a colon
/// after the time, sequence numbers, no host). A relay's header in front of the device's own is read through, so that
/// the host is the firewall. A line without a header is all message.
/// </summary>
public static partial class SyslogHeader
{
    // Relay, relay of the relay, device: more was never seen, and a line cannot make us loop.
    private const int DeepestNesting = 4;

    public static LogLine Read(ReadOnlySpan<byte> line, Receipt receipt)
    {
        var header = new Reader(line, receipt);
        for (var depth = 0; depth < DeepestNesting && header.ReadOne(); depth++) { }

        return new LogLine
        {
            Raw = line,
            Message = header.Rest,
            StructuredData = header.StructuredData,
            MessageId = header.MessageId,
            HeaderTime = header.Time,
            HeaderHost = header.Host,
            Program = header.Program,
            Receipt = receipt,
        };
    }

    private ref partial struct Reader(ReadOnlySpan<byte> line, Receipt receipt)
    {
        public ReadOnlySpan<byte> Rest = line;
        public ReadOnlySpan<byte> StructuredData;
        public ReadOnlySpan<byte> MessageId;
        public DateTimeOffset? Time;
        public string? Host;
        public string? Program;

        /// <summary>Reads one header; true when another one may follow it.</summary>
        public bool ReadOne()
        {
            var before = Rest;
            Rest = Rest.TrimStart((byte)' ');
            if (Rest.StartsWith("\uFEFF"u8))
                Rest = Rest[3..];

            var hasPriority = SkipPriority();
            if (TryReadRfc5424(hasPriority) || TryReadEpoch())
                return true;

            SkipSequenceNumber();
            SkipOrigin();
            if (TryReadTime())
            {
                ReadHost();
            }
            else if (!hasPriority)
            {
                Rest = before;
                return false;
            }

            ReadTag();
            return true;
        }

        private bool SkipPriority()
        {
            var text = Rest;
            if (text.Length < 3 || text[0] != '<')
                return false;
            var close = text[..Math.Min(5, text.Length)].IndexOf((byte)'>');
            if (close < 2 || text[1..close].Number() is null)
                return false;
            Rest = text[(close + 1)..].TrimStart((byte)' ');
            return true;
        }

        private bool TryReadRfc5424(bool hasPriority)
        {
            var text = Rest;
            if (text.Length < 4 || text[0] is < (byte)'1' or > (byte)'9' || text[1] != ' ')
                return false;
            text = text[2..];

            DateTimeOffset? time = null;
            if (Times.TryIso(text, receipt.Zone, out var at, out var length))
                time = at;
            else if (hasPriority && text.StartsWith("- "u8))
                length = 1;
            else
                return false;

            text = text[length..];
            var host = Token(ref text);
            var program = Token(ref text);
            Token(ref text); // PROCID
            var messageId = Token(ref text);
            MessageId = messageId.SequenceEqual("-"u8) ? [] : messageId;

            Time = time ?? Time;
            Host = Known(host) ?? Host;
            Program = Known(program);
            text = text.TrimStart((byte)' ');
            var end = text.StartsWith("- "u8) || text.SequenceEqual("-"u8) ? 1 : StructuredDataLength(text);
            StructuredData = end > 1 ? text[..end] : [];
            text = text[end..].TrimStart((byte)' ');
            Rest = text.StartsWith("\uFEFF"u8) ? text[3..] : text;
            return true;
        }

        private static ReadOnlySpan<byte> Token(scoped ref ReadOnlySpan<byte> text)
        {
            text = text.TrimStart((byte)' ');
            var end = text.IndexOf((byte)' ');
            var token = end < 0 ? text : text[..end];
            text = text[token.Length..];
            return token;
        }

        private static string? Known(ReadOnlySpan<byte> token) =>
            token.IsEmpty || token.SequenceEqual("-"u8) ? null : Words.Of(token);

        /// <summary>Length of <c>[id name="value"][…]</c>; values may hold <c>\"</c>, <c>\]</c> and <c>]</c>.</summary>
        private static int StructuredDataLength(ReadOnlySpan<byte> text)
        {
            var end = 0;
            while (end < text.Length && text[end] == '[')
            {
                var inQuotes = false;
                var i = end + 1;
                for (; i < text.Length && (inQuotes || text[i] != ']'); i++)
                {
                    if (text[i] == '\\')
                        i++;
                    else if (text[i] == '"')
                        inQuotes = !inQuotes;
                }
                if (i >= text.Length)
                    return end; // never closed: then it is message
                end = i + 1;
            }
            return end;
        }

        private bool TryReadTime()
        {
            if (
                !Times.TryBsd(Rest, receipt, out var at, out var length)
                && !Times.TryIso(Rest, receipt.Zone, out at, out length)
                && !Times.TryColons(Rest, receipt.Zone, out at, out length)
            )
                return false;
            // A row that begins with a time, such as "2024-01-01T00:00:00Z,12", is no syslog header.
            if (length < Rest.Length && Rest[length] is not ((byte)' ' or (byte)':'))
                return false;

            Time = at;
            Rest = Rest[length..];
            return true;
        }

        private void ReadHost()
        {
            var text = Rest.TrimStart((byte)' ');
            if (text.StartsWith((byte)':'))
            {
                Rest = text[1..].TrimStart((byte)' ');
                return;
            }

            text = Rest = text.TrimStart((byte)' ');
            var token = Token(ref text);
            if (token.IsEmpty || !CouldBeHost(token))
                return;
            if (IsLevel(token))
            {
                Rest = text;
                return;
            }

            var ahead = text.TrimStart((byte)' ');
            if (token[^1] == ':')
            {
                // "dev01: %ASA-…" and "10.0.0.1: Feb  8 …" name the host; "dhcpd: …" is a program on an unnamed one.
                var isHost = ahead.StartsWith((byte)'%') || Times.TryBsd(ahead, receipt, out _, out _);
                if (!isHost)
                    return;
                token = token[..^1];
            }
            else if (ahead.StartsWith(": "u8))
            {
                ahead = ahead[2..].TrimStart((byte)' ');
            }

            Host = Known(token) ?? Host;
            Rest = ahead;
        }

        private static bool CouldBeHost(ReadOnlySpan<byte> token)
        {
            if (token.Length > 255)
                return false;
            foreach (var b in token)
            {
                if (
                    !char.IsAsciiLetterOrDigit((char)b)
                    && b is not ((byte)'.' or (byte)'-' or (byte)'_' or (byte)':' or (byte)'/')
                    && b < 0x80
                )
                    return false;
            }
            return true;
        }

        /// <summary><c>filterlog[97530]: </c> or <c>kernel: </c>; what has no colon stays in the message.</summary>
        private void ReadTag()
        {
            var text = Rest.TrimStart((byte)' ');
            var end = 0;
            while (end < text.Length && end < 64 && IsTag(text[end]))
                end++;
            if (end == 0 || end >= text.Length)
                return;

            if (text[end] == ' ' && IsPriorityName(text[..end]))
            {
                Rest = text[end..];
                ReadTag();
                return;
            }

            var name = text[..end];
            if (text[end] == '[')
            {
                var close = text[end..].IndexOf((byte)']');
                if (close is < 0 or > 40)
                    return;
                end += close + 1;
            }
            var isTag = end < text.Length && text[end] == ':' && (end + 1 == text.Length || text[end + 1] == ' ');
            if (!isTag)
                return;

            if (name.Number() is null)
                Program = Words.Of(name);
            Rest = text[(end + 1)..].TrimStart((byte)' ');
        }

        private static bool IsTag(byte b) =>
            char.IsAsciiLetterOrDigit((char)b)
            || b is (byte)'.' or (byte)'-' or (byte)'_' or (byte)'/' or (byte)'(' or (byte)')';
    }
}
