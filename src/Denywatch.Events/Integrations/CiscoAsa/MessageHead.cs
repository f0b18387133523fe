using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CiscoAsa;

/// <summary><c>%ASA-4-106023: </c>, also <c>%ASA-session-5-106100: </c>, <c>%ASA--6-302013: </c> and without the colon.</summary>
/// <param name="Id">Message id; 0 where there is no number of six digits.</param>
/// <param name="Length">Bytes up to the message's text, counted from the start of the line.</param>
internal readonly record struct MessageHead(int Id, int Length)
{
    private const int LongestSubsystem = 24;

    public static bool Find(ReadOnlySpan<byte> message, out MessageHead head)
    {
        head = default;
        for (var from = 0; ; )
        {
            var percent = message[from..].IndexOf((byte)'%');
            if (percent < 0)
                return false;
            from += percent + 1;
            var rest = message[from..];
            if (
                !rest.StartsWith("ASA-"u8)
                && !rest.StartsWith("FTD-"u8)
                && !rest.StartsWith("PIX-"u8)
                && !rest.StartsWith("FWSM-"u8)
            )
                continue;

            var end = rest.IndexOfAny((byte)':', (byte)' ');
            var code = end < 0 ? rest : rest[..end];
            var dash = code.LastIndexOf((byte)'-');
            var id = code.Length <= LongestSubsystem + 12 ? code[(dash + 1)..] : [];
            var length = from + code.Length;
            if (length < message.Length && message[length] == ':')
                length++;
            while (length < message.Length && message[length] == ' ')
                length++;
            head = new MessageHead(id.Length == 6 && id.Number() is { } number ? (int)number : 0, length);
            return true;
        }
    }
}
