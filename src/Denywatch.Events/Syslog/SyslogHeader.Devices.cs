using Denywatch.Events.Text;

namespace Denywatch.Events.Syslog;

// What single makers write in place of the standards' header.
public static partial class SyslogHeader
{
    private ref partial struct Reader
    {
        // "1 1714934450.123456789 MX84 flows src=…" of Cisco Meraki.
        private bool TryReadEpoch()
        {
            var text = Rest.StartsWith("1 "u8) ? Rest[2..] : Rest;
            if (!Times.TryEpochFraction(text, out var at, out var length))
                return false;
            text = text[length..];
            if (!text.StartsWith((byte)' '))
                return false;
            var host = Token(ref text);
            if (host.IsEmpty)
                return false;
            (Time, Host) = (at, Words.Of(host));
            Rest = text.TrimStart((byte)' ');
            return true;
        }

        // "585917: " before the time of Cisco IOS, "*" and "." for a clock that is not in sync.
        private void SkipSequenceNumber()
        {
            var digits = Rest.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
            var text = Rest;
            if (digits is > 0 and < 12 && text[digits..].StartsWith(": "u8))
                text = text[(digits + 2)..].TrimStart((byte)' ');
            else if (text.StartsWith((byte)':'))
                text = text[1..].TrimStart((byte)' '); // Cisco's EMBLEM format
            if (text.Length > 1 && text[0] is (byte)'*' or (byte)'.')
                text = text[1..];
            if (text.Length != Rest.Length && (IsTime(text) || OriginLength(text) > 0))
                Rest = text;
        }

        // "sw01: May  5 …" of Cisco's origin-id, "RP/0/RSP0/CPU0:May  5 …" of IOS-XR, which is a slot and no host.
        private void SkipOrigin()
        {
            var length = OriginLength(Rest);
            if (length == 0)
                return;
            var origin = Rest[..length];
            Rest = Rest[(length + 1)..].TrimStart(" *."u8);
            if (!origin.Contains((byte)'/'))
                Host = Words.Of(origin);
        }

        private readonly int OriginLength(ReadOnlySpan<byte> text)
        {
            var colon = text[..Math.Min(text.Length, 64)].IndexOf((byte)':');
            if (colon < 1 || !CouldBeHost(text[..colon]))
                return 0;
            var time = text[(colon + 1)..].TrimStart(" *."u8);
            return time.Length > 14 && Times.TryBsd(time, receipt, out _, out _) ? colon : 0;
        }

        private readonly bool IsTime(ReadOnlySpan<byte> text) =>
            Times.TryBsd(text, receipt, out _, out _) || Times.TryIso(text, receipt.Zone, out _, out _);

        // log4j's levels where the host belongs: Arista's firewalls.
        private static bool IsLevel(ReadOnlySpan<byte> token) =>
            token.SequenceEqual("INFO"u8)
            || token.SequenceEqual("WARN"u8)
            || token.SequenceEqual("ERROR"u8)
            || token.SequenceEqual("DEBUG"u8);

        // "user.info kernel: …": UniFi gateways write the priority in words.
        private static bool IsPriorityName(ReadOnlySpan<byte> token)
        {
            var dot = token.IndexOf((byte)'.');
            var level = dot < 1 ? [] : token[(dot + 1)..];
            return level.SequenceEqual("info"u8)
                || level.SequenceEqual("warn"u8)
                || level.SequenceEqual("warning"u8)
                || level.SequenceEqual("notice"u8)
                || level.SequenceEqual("debug"u8)
                || level.SequenceEqual("err"u8)
                || level.SequenceEqual("crit"u8)
                || level.SequenceEqual("alert"u8)
                || level.SequenceEqual("emerg"u8);
        }
    }
}
