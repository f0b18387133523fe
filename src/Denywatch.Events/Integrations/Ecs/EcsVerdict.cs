using System.Collections.Frozen;

namespace Denywatch.Events.Integrations.Ecs;

/// <summary>
/// Denied is what the datafeed of Elastic's job <c>high_count_network_denies</c> counts, less refused logins, plus what
/// the vendor's own action word says.
/// </summary>
internal static class EcsVerdict
{
    private static readonly FrozenSet<string> DenyWords = FrozenSet.Create(
        StringComparer.Ordinal,
        "deny",
        "denied",
        "drop",
        "dropped",
        "block",
        "blocked",
        "reject",
        "rejected",
        "reset",
        "discard",
        "discarded",
        "sinkhole",
        "prevent",
        "prevented"
    );

    private static readonly FrozenSet<string> AllowWords = FrozenSet.Create(
        StringComparer.Ordinal,
        "allow",
        "allowed",
        "accept",
        "accepted",
        "pass",
        "passed",
        "passthrough",
        "permit",
        "permitted"
    );

    // Beside a deny word these turn its sense: "not blocked", "login denied", "block detected only".
    private static readonly FrozenSet<string> OtherSense = FrozenSet.Create(
        StringComparer.Ordinal,
        "not",
        "no",
        "un",
        "would",
        "without",
        "detect",
        "detected",
        "monitor",
        "login",
        "logon",
        "logged",
        "auth",
        "authentication",
        "user",
        "password"
    );

    private static readonly char[] Separators = ['-', '_', ' ', '.', ':', '/'];

    public static (Verdict Verdict, string? Reason) Of(EcsDocument document)
    {
        var marks = document.Marks;
        if (marks.HasFlag(EcsMarks.CategoryLogin) || IsCiscoSession(document.EventCode))
            return (Verdict.None, null);

        if (marks.HasFlag(EcsMarks.CategoryNetwork))
        {
            if (marks.HasFlag(EcsMarks.TypeDenied))
                return (Verdict.Denied, "event.type=denied");
            if (marks.HasFlag(EcsMarks.OutcomeDeny))
                return (Verdict.Denied, "event.outcome=deny");
        }
        if (IsTraffic(document))
        {
            if (document.Action is { } action && IsDenyWord(action))
                return (Verdict.Denied, "event.action=" + action);
            if (document.VendorAction is { } word && IsDenyWord(word))
                return (Verdict.Denied, "vendor action=" + word);
        }
        if (marks.HasFlag(EcsMarks.TypeAllowed))
            return (Verdict.Allowed, "event.type=allowed");
        if (
            IsTraffic(document)
            && (Has(document.Action, AllowWords) ?? Has(document.VendorAction, AllowWords)) is { } allowed
        )
            return (Verdict.Allowed, "action=" + allowed);
        return (Verdict.None, null);
    }

    /// <summary>True for <c>deny</c>, <c>flow_dropped</c>, <c>layer3-firewall-denied-flow</c>; false for <c>not blocked</c>.</summary>
    public static bool IsDenyWord(string action) => Has(action, DenyWords) is not null;

    /// <summary>Network traffic by category; without any category, by having both ends.</summary>
    private static bool IsTraffic(EcsDocument document)
    {
        const EcsMarks Traffic = EcsMarks.CategoryNetwork | EcsMarks.CategoryIntrusion;
        if ((document.Marks & Traffic) != EcsMarks.None)
            return true;
        return !document.Marks.HasFlag(EcsMarks.CategoryOther) && document.Source is not null;
    }

    // ASA ids that pipelines type as denied though a login or a VPN session was refused.
    private static bool IsCiscoSession(int? code) =>
        code is 113005 or 113015 or 605004 or 611102 or 716039 or (>= 113029 and <= 113040);

    private static string? Has(string? action, FrozenSet<string> words)
    {
        if (action is null)
            return null;
        var lookup = words.GetAlternateLookup<ReadOnlySpan<char>>();
        var others = OtherSense.GetAlternateLookup<ReadOnlySpan<char>>();
        var found = false;
        foreach (var range in action.AsSpan().SplitAny(Separators))
        {
            var word = action.AsSpan(range);
            if (others.Contains(word))
                return null;
            found |= lookup.Contains(word);
        }
        return found ? action : null;
    }
}
