using System.Buffers;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Iptables;

/// <summary>What the admin's <c>--log-prefix</c> says: the only place where netfilter lines hold a verdict.</summary>
internal readonly record struct RulePrefix(Verdict Verdict, string? Reason, string? Action, string? Rule)
{
    // Netfilter's own prefix holds 29 characters, nftables' 127.
    private const int LongestPrefix = 256;

    public static RulePrefix Read(string? program, ReadOnlySpan<byte> text)
    {
        text = WithoutUptime(text).Trim((byte)' ');
        if (text.StartsWith((byte)'[') && Ubiquiti(text) is { } ubiquiti)
            return ubiquiti;
        if (Proxmox(text) is { } proxmox)
            return proxmox;

        // "nft-drop: IN=" reads as a syslog tag: then the tag is the prefix.
        var tag = program is null or "kernel" or "ulogd" ? "" : program;
        var (verdict, word) = VerdictWords.In(text);
        if (verdict == Verdict.None && tag.Length > 0)
        {
            Span<byte> bytes = stackalloc byte[64]; // no tag is longer
            (verdict, word) = VerdictWords.In(
                bytes[..System.Text.Encoding.ASCII.GetBytes(tag.AsSpan(0, Math.Min(tag.Length, 64)), bytes)]
            );
        }

        var rule = Words.OrNull(text.Trim(" :[]*"u8)) ?? (tag.Length > 0 ? tag : null);
        return verdict == Verdict.None
            ? new(Verdict.None, null, null, rule)
            : new(verdict, Words.Reason("prefix="u8, word!), word, rule);
    }

    /// <summary><c>101 6 tap101i0-IN 20/Jun/2022:13:12:46 +0200 policy DROP</c>: guest, level, chain, time, verdict.</summary>
    private static RulePrefix? Proxmox(ReadOnlySpan<byte> text)
    {
        var slash = text.IndexOf((byte)'/');
        if (slash < 4 || text.Length < slash + 24 || TimeIn(text, TimeZoneInfo.Utc) is null)
            return null;
        var head = text[..(slash - 2)].TrimEnd((byte)' ');
        var chain = head[(head.LastIndexOf((byte)' ') + 1)..];
        var (verdict, word) = VerdictWords.In(text[(slash + 24)..]);
        return verdict == Verdict.None
            ? new(Verdict.None, null, null, Words.OrNull(chain))
            : new(verdict, Words.Reason("prefix="u8, word!), word, Words.OrNull(chain));
    }

    /// <summary>Time inside the prefix, as Proxmox VE writes it: <c>20/Jun/2022:13:09:14 +0200</c>.</summary>
    public static DateTimeOffset? TimeIn(ReadOnlySpan<byte> text, TimeZoneInfo zone)
    {
        var slash = text.IndexOf((byte)'/');
        if (slash < 2 || text.Length < slash + 18 || !text.Slice(slash - 2, 2).Number().HasValue)
            return null;
        text = text[(slash - 2)..];
        if (
            Times.MonthOf(text.Slice(3, 3)) is not (> 0 and var month)
            || text[..2].Number() is not { } day
            || text.Slice(7, 4).Number() is not { } year
            || !Times.TryDate((int)year, month, (int)day, out var date)
            || !Times.TryClock(text[12..], out var clock, out var length)
        )
            return null;
        return Times.TryOffset(text[(12 + length)..].TrimStart((byte)' '), out var offset, out _)
            ? new DateTimeOffset(date + clock, offset)
            : Times.In(date + clock, zone);
    }

    private static readonly SearchValues<byte> UptimeBytes = SearchValues.Create(" .0123456789"u8);

    // "[16571.459614] " is the kernel's clock since boot.
    private static ReadOnlySpan<byte> WithoutUptime(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart((byte)' ');
        if (!text.StartsWith((byte)'['))
            return text;
        var close = text.IndexOf((byte)']');
        return close > 1 && text[1..close].IndexOfAnyExcept(UptimeBytes) < 0 ? text[(close + 1)..] : text;
    }

    /// <summary>
    /// <c>[ruleset-rule-D]</c> of EdgeOS and older UniFi, <c>[ruleset-D-rule]</c> of newer UniFi: D dropped, R rejected,
    /// A accepted.
    /// </summary>
    private static RulePrefix? Ubiquiti(ReadOnlySpan<byte> text)
    {
        var close = text.IndexOf((byte)']');
        if (close is < 4 or > LongestPrefix)
            return null;

        var inside = text[1..close];
        var last = inside.LastIndexOf((byte)'-');
        if (last < 1)
            return null;
        var before = inside[..last].LastIndexOf((byte)'-');
        var end = inside[(last + 1)..];
        if (end.Length == 1 && Letter(end[0]) is { } byEnd)
        {
            var ruleset = before > 0 ? inside[..before] : inside[..last];
            return byEnd with { Rule = Words.Of(ruleset) };
        }
        if (before < 1 || last - before != 2 || Letter(inside[before + 1]) is not { } byMiddle)
            return null;
        // "WAN_LOCAL-D-7": the rule is what is left without the letter.
        Span<byte> rule = stackalloc byte[128];
        if (inside.Length > rule.Length)
            return null;
        inside[..before].CopyTo(rule);
        inside[last..].CopyTo(rule[before..]);
        return byMiddle with { Rule = Words.Of(rule[..(before + inside.Length - last)]) };
    }

    private static RulePrefix? Letter(byte letter) =>
        letter switch
        {
            (byte)'D' => new(Verdict.Denied, "rule letter D", "drop", null),
            (byte)'R' => new(Verdict.Denied, "rule letter R", "reject", null),
            (byte)'A' => new(Verdict.Allowed, "rule letter A", "accept", null),
            _ => null,
        };
}
