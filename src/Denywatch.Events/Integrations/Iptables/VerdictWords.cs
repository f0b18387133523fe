using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Iptables;

/// <summary>
/// Finds a verdict word in a rule's prefix. The last one counts: in firewalld's <c>filter_IN_block_ACCEPT</c> the zone's
/// name comes before the verdict.
/// </summary>
internal static class VerdictWords
{
    private static readonly string[] Deny =
    [
        "drop",
        "dropped",
        "dropping",
        "drp",
        "deny",
        "denied",
        "denies",
        "block",
        "blocked",
        "blocking",
        "reject",
        "rejected",
        "discard",
        "discarded",
        "blackhole",
        "refused",
        "prohibited",
        "banned",
        "ban",
    ];

    private static readonly string[] Allow =
    [
        "accept",
        "accepted",
        "allow",
        "allowed",
        "pass",
        "passed",
        "permit",
        "permitted",
    ];

    // "nftdrop", "LOGDROP": admins glue words. Long enough words only, so that a name does not end in one by chance.
    private static readonly string[] DenyEndings =
    [
        "drop",
        "dropped",
        "deny",
        "denied",
        "reject",
        "rejected",
        "blocked",
    ];

    /// <summary>The verdict, and the words around it as one action such as <c>drop_input</c>.</summary>
    public static (Verdict Verdict, string? Action) In(ReadOnlySpan<byte> prefix)
    {
        var verdict = Verdict.None;
        string? action = null;
        for (var i = 0; i < prefix.Length; )
        {
            if (!IsJoined(prefix[i]))
            {
                i++;
                continue;
            }
            var end = i;
            while (end < prefix.Length && IsJoined(prefix[end]))
                end++;

            var joined = Words.LowerOf(prefix[i..end]);
            i = end;
            if (OfJoined(joined) is not (not Verdict.None and var found))
                continue;
            (verdict, action) = (found, joined);
        }
        return (verdict, action);
    }

    private static Verdict OfJoined(string joined)
    {
        var verdict = Verdict.None;
        foreach (var range in joined.AsSpan().SplitAny('_', '-', '.'))
        {
            var word = joined.AsSpan(range).TrimEnd("0123456789"); // drop6, DENY_2
            if (Contains(Allow, word))
                verdict = Verdict.Allowed;
            else if (Contains(Deny, word) || EndsInDeny(word))
                verdict = Verdict.Denied;
        }
        return verdict;
    }

    private static bool EndsInDeny(ReadOnlySpan<char> word)
    {
        foreach (var ending in DenyEndings)
        {
            if (word.EndsWith(ending, StringComparison.Ordinal))
                return true;
        }
        return false;
    }

    private static bool Contains(string[] words, ReadOnlySpan<char> word)
    {
        foreach (var known in words)
        {
            if (word.SequenceEqual(known))
                return true;
        }
        return false;
    }

    private static bool IsJoined(byte b) =>
        char.IsAsciiLetterOrDigit((char)b) || b is (byte)'_' or (byte)'-' or (byte)'.';
}
