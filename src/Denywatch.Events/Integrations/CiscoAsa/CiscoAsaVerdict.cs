using System.Collections.Frozen;

namespace Denywatch.Events.Integrations.CiscoAsa;

/// <summary>
/// The message id is the verdict. Ids of refused logins (113005, 113015, 605004, 611102, 716039), of VPN session trouble
/// (113029 to 113040) and of rate alarms (733100) are no denied traffic, though some pipelines mark them so.
/// </summary>
internal static class CiscoAsaVerdict
{
    private static readonly FrozenSet<int> Denied = new[]
    {
        106001,
        106002,
        106006,
        106007,
        106010,
        106011,
        106012,
        106013,
        106014,
        106015,
        106016,
        106017,
        106018,
        106020,
        106021,
        106022,
        106023,
        106027,
        106103,
        304002,
        305013, // asymmetric NAT: the text says "denied"
        313001,
        313004,
        313005,
        313008,
        313009,
        322001,
        338005,
        338006,
        338007,
        338008,
        338203,
        338204,
        401004, // shunned
        434002,
        710003,
        710005,
        710006,
    }.ToFrozenSet();

    private static readonly FrozenSet<int> Built = new[] { 302013, 302015, 302020, 302303 }.ToFrozenSet();

    public static (Verdict Verdict, string? Reason) Of(int id, ReadOnlySpan<byte> text)
    {
        if (Denied.Contains(id))
            return (Verdict.Denied, Reason(id));
        if (Built.Contains(id))
            return (Verdict.Allowed, Reason(id));
        if (id is not (106100 or 106102))
            return (Verdict.None, null);

        var words = text[..Math.Min(text.Length, 160)];
        if (words.IndexOf(" denied "u8) >= 0)
            return (Verdict.Denied, id == 106100 ? "message 106100 denied" : "message 106102 denied");
        return words.IndexOf(" permitted "u8) >= 0 || words.IndexOf(" est-allowed "u8) >= 0
            ? (Verdict.Allowed, id == 106100 ? "message 106100 permitted" : "message 106102 permitted")
            : (Verdict.None, null);
    }

    private static readonly FrozenDictionary<int, string> Reasons = Denied
        .Concat(Built)
        .ToFrozenDictionary(id => id, id => $"message {id}");

    private static string Reason(int id) => Reasons[id];
}
