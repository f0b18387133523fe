using System.Buffers;

namespace Denywatch.Events.Syslog;

/// <summary>
/// Cuts a TCP stream into syslog messages, message by message as RFC 6587 allows: <c>LEN SP &lt;…</c> is counted, anything
/// else ends at LF or NUL. A message longer than the cap comes cut to the cap, once, and the stream goes on behind it: no
/// bytes, however wrong, can wedge or close the connection. One instance per connection.
/// </summary>
/// <param name="longest">Bytes of a message that are kept.</param>
public sealed class SyslogFraming(int longest = SyslogFraming.DefaultLongest)
{
    public const int DefaultLongest = 64 * 1024;

    // A counted length beyond this is no length: seven digits would otherwise swallow minutes of messages.
    private const int LongestCounted = 1024 * 1024;
    private const int MostDigits = 7;

    // Bytes still to drop: of a counted message that was cut, or (-1) everything up to the next end of line.
    private long skip;
    private bool isCounting;

    private const long UpToLineEnd = -1;

    /// <summary>Messages that were cut to the cap.</summary>
    public long Truncated { get; private set; }

    /// <summary>
    /// Takes the next message off the front of the buffer. False when the buffer holds no complete one: read on, and hand
    /// the rest in again with what came.
    /// </summary>
    /// <param name="isCompleted">The peer has closed: what is left is the last message.</param>
    public bool TryRead(ref ReadOnlySequence<byte> buffer, bool isCompleted, out ReadOnlySequence<byte> message)
    {
        while (true)
        {
            message = default;
            if (!Skip(ref buffer))
                return false;

            SkipBetween(ref buffer);
            if (buffer.IsEmpty)
                return false;

            var prefix = ReadLength(buffer, out var length, out var digits);
            if (prefix == Prefix.Incomplete && !isCompleted)
                return false;

            var found =
                prefix == Prefix.Counted
                    ? TryReadCounted(ref buffer, digits, length, isCompleted, out message)
                    : TryReadLine(ref buffer, isCompleted, out message);
            if (!found)
                return false;
            if (!message.IsEmpty)
                return true;
        }
    }

    private bool TryReadCounted(
        ref ReadOnlySequence<byte> buffer,
        int head,
        long length,
        bool isCompleted,
        out ReadOnlySequence<byte> message
    )
    {
        isCounting = true;
        var kept = Math.Min(length, longest);
        var body = buffer.Slice(head);
        if (body.Length < kept && !isCompleted)
        {
            message = default;
            return false;
        }

        kept = Math.Min(kept, body.Length);
        message = TrimEnd(body.Slice(0, kept));
        buffer = body.Slice(kept);
        if (kept < length && !isCompleted)
        {
            skip = length - kept;
            Truncated++;
        }
        return true;
    }

    private bool TryReadLine(ref ReadOnlySequence<byte> buffer, bool isCompleted, out ReadOnlySequence<byte> message)
    {
        message = default;
        if (EndOfLine(buffer) is { } end && buffer.Slice(0, end).Length <= longest)
        {
            message = TrimEnd(buffer.Slice(0, end));
            buffer = buffer.Slice(buffer.GetPosition(1, end));
            return true;
        }
        if (buffer.Length > longest)
        {
            message = TrimEnd(buffer.Slice(0, longest));
            buffer = buffer.Slice(longest);
            skip = UpToLineEnd;
            Truncated++;
            return true;
        }
        if (!isCompleted)
            return false;

        message = TrimEnd(buffer);
        buffer = buffer.Slice(buffer.End);
        return true;
    }

    /// <summary>Drops what is left of a message that was cut; false when more has to come first.</summary>
    private bool Skip(ref ReadOnlySequence<byte> buffer)
    {
        if (skip > 0)
        {
            var now = Math.Min(skip, buffer.Length);
            buffer = buffer.Slice(now);
            skip -= now;
            return skip == 0;
        }
        if (skip != UpToLineEnd)
            return true;

        // A sender that counts writes no line ends: there the next counted head is where to go on.
        var end = EndOfLine(buffer);
        if (isCounting && NextCounted(end is { } until ? buffer.Slice(0, until) : buffer) is { } head)
        {
            buffer = buffer.Slice(head);
            skip = 0;
            return true;
        }
        if (end is { } lineEnd)
        {
            buffer = buffer.Slice(buffer.GetPosition(1, lineEnd));
            skip = 0;
            return true;
        }
        // A head may be cut in two by the end of the buffer: its first bytes stay.
        buffer = buffer.Slice(Math.Max(0, buffer.Length - MostDigits - 1));
        return false;
    }

    private static void SkipBetween(ref ReadOnlySequence<byte> buffer)
    {
        // Cisco ASA writes a blank after the LF.
        var reader = new SequenceReader<byte>(buffer);
        reader.AdvancePastAny((byte)' ', (byte)'\r', (byte)'\n', (byte)'\0');
        buffer = buffer.Slice(reader.Position);
    }

    private enum Prefix
    {
        None,
        Counted,
        Incomplete,
    }

    /// <summary>Looks for <c>LEN SP &lt;</c>. A number followed by anything else begins a line, such as a CSV row.</summary>
    private static Prefix ReadLength(ReadOnlySequence<byte> buffer, out long length, out int head)
    {
        (length, head) = (0, 0);
        var reader = new SequenceReader<byte>(buffer);
        while (reader.TryRead(out var b))
        {
            if (b is >= (byte)'0' and <= (byte)'9' && head < MostDigits && (head > 0 || b != '0'))
            {
                length = (length * 10) + b - '0';
                head++;
                continue;
            }
            if (b != ' ' || head == 0 || length > LongestCounted)
                return Prefix.None;
            if (!reader.TryRead(out var first))
                return Prefix.Incomplete;
            head++;
            return first == '<' ? Prefix.Counted : Prefix.None;
        }
        return Prefix.Incomplete;
    }

    private static SequencePosition? EndOfLine(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        return reader.TryAdvanceToAny("\n\0"u8, advancePastDelimiter: false) ? reader.Position : null;
    }

    private static SequencePosition? NextCounted(ReadOnlySequence<byte> buffer)
    {
        var reader = new SequenceReader<byte>(buffer);
        while (reader.TryAdvanceTo((byte)' ', advancePastDelimiter: false))
        {
            var digits = 0;
            while (digits < MostDigits && reader.Consumed > 0)
            {
                reader.Rewind(1);
                if (!reader.TryPeek(out var b) || b is < (byte)'0' or > (byte)'9')
                {
                    reader.Advance(1);
                    break;
                }
                digits++;
            }
            if (digits > 0 && ReadLength(reader.UnreadSequence, out _, out _) == Prefix.Counted)
                return reader.Position;
            reader.Advance(digits + 1);
        }
        return null;
    }

    private static ReadOnlySequence<byte> TrimEnd(ReadOnlySequence<byte> message)
    {
        while (!message.IsEmpty)
        {
            var last = message.Slice(message.Length - 1).FirstSpan[0];
            if (last is not ((byte)'\r' or (byte)'\n' or (byte)'\0' or (byte)' '))
                break;
            message = message.Slice(0, message.Length - 1);
        }
        return message;
    }
}
