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
        302302, // no security association
        401004, // shunned
        407001, // more hosts than licensed
        418001, // through the management interface
        420002, // dropped for the intrusion prevention module
        420003, // reset for it
        424001,
        424002,
        434002,
        434004,
        509001,
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
        if (id is >= 415001 and <= 415020 or 410003 or 416001 or 419001)
            return OfInspection(id, text);
        if (id is not (106100 or 106102))
            return (Verdict.None, null);

        var words = text[..Math.Min(text.Length, 160)];
        if (words.IndexOf(" denied "u8) >= 0)
            return (Verdict.Denied, id == 106100 ? "message 106100 denied" : "message 106102 denied");
        return words.IndexOf(" permitted "u8) >= 0 || words.IndexOf(" est-allowed "u8) >= 0
            ? (Verdict.Allowed, id == 106100 ? "message 106100 permitted" : "message 106102 permitted")
            : (Verdict.None, null);
    }

    // The policy may drop, reset or only log what the inspection found: the text says which.
    private static (Verdict, string?) OfInspection(int id, ReadOnlySpan<byte> text)
    {
        var isStopped =
            text.IndexOf("Dropp"u8) >= 0
            || text.IndexOf("dropp"u8) >= 0
            || text.IndexOf("Reset"u8) >= 0
            || text.IndexOf("reset"u8) >= 0;
        return isStopped ? (Verdict.Denied, Reason(id)) : (Verdict.None, null);
    }

    private static readonly FrozenDictionary<int, string> Reasons = Denied
        .Concat(Built)
        .Concat(Enumerable.Range(415001, 20))
        .Concat([410003, 416001, 419001])
        .ToFrozenDictionary(id => id, id => $"message {id}");

    private static string Reason(int id) => Reasons[id];
}
