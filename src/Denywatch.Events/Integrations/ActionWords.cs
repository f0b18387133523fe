using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations;

/// <summary>
/// What a device's word for what it did means, for formats in which every vendor has words of its own: <c>deny</c>,
/// <c>flow_dropped</c>, <c>blockedByPolicy</c> deny; <c>not blocked</c>, <c>login-denied</c>, <c>detectOnly</c> do not.
/// </summary>
internal static class ActionWords
{
    private enum Sense : byte
    {
        Unknown,
        Denies,
        Allows,

        /// <summary>Beside a deny word it turns the sense: nothing was denied, or no traffic.</summary>
        Turns,
    }

    private static readonly Names<Sense> Known = new([
        .. All(
            Sense.Denies,
            "deny denied denies drop dropped drops block blocked blocks blocking blockip blockurl reject rejected"
                + " rejects reset resets discard discarded discards sinkhole sinkholed prevent prevented refuse"
                + " refused disallow disallowed blackhole blackholed shun shunned"
        ),
        .. All(
            Sense.Allows,
            "allow allowed allows accept accepted accepts pass passed passes passthrough passthru permit permitted"
                + " permits trust forward forwarded encrypt decrypt authcrypt"
        ),
        .. All(
            Sense.Turns,
            "not no non un never would without detect detected detection detectonly detects monitor monitored"
                + " simulated simulate ids login logon logged auth authentication user password account failed"
        ),
    ]);

    /// <summary>Denied, allowed or none; words of several parts are read part by part.</summary>
    public static Verdict Of(ReadOnlySpan<byte> action)
    {
        if (action.Length is 0 or > 128)
            return Verdict.None;

        bool denies = false,
            allows = false;
        Span<byte> part = stackalloc byte[24];
        var length = 0;
        for (var i = 0; i <= action.Length; i++)
        {
            var b = i < action.Length ? action[i] : (byte)' ';
            var isUpper = b is >= (byte)'A' and <= (byte)'Z';
            var isLetter = isUpper || b is >= (byte)'a' and <= (byte)'z';
            // A capital after a small letter starts a part: blockedByPolicy.
            var startsPart = isUpper && i > 0 && action[i - 1] is >= (byte)'a' and <= (byte)'z';
            if (length > 0 && (!isLetter || startsPart))
            {
                var sense = length < part.Length ? Known[part[..length]] : Sense.Unknown;
                if (sense == Sense.Turns)
                    return Verdict.None;
                denies |= sense == Sense.Denies;
                allows |= sense == Sense.Allows;
                length = 0;
            }
            if (isLetter && length < part.Length)
                part[length++] = (byte)(b | 0x20);
        }
        return denies ? Verdict.Denied
            : allows ? Verdict.Allowed
            : Verdict.None;
    }

    /// <summary>The same for a word that is a string already.</summary>
    public static Verdict Of(string? action)
    {
        if (action is null || action.Length > 128)
            return Verdict.None;
        Span<byte> bytes = stackalloc byte[128];
        for (var i = 0; i < action.Length; i++)
            bytes[i] = action[i] < 128 ? (byte)action[i] : (byte)'?';
        return Of(bytes[..action.Length]);
    }

    private static IEnumerable<KeyValuePair<string, Sense>> All(Sense sense, string words) =>
        words.Split(' ').Select(word => KeyValuePair.Create(word, sense));
}
