using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.Ecs;

/// <summary>
/// Denied is what the datafeed of Elastic's job <c>high_count_network_denies</c> counts, less refused logins, plus what
/// the vendor's own action word says.
/// </summary>
internal static class EcsVerdict
{
    // IPFIX information element 233 and 89.
    private const long FirewallDenied = 3;

    public static (Verdict Verdict, string? Reason) Of(in EcsDocument document)
    {
        var marks = document.Marks;
        if (Has(marks, EcsMarks.CategoryLogin) || IsCiscoSession(document.EventCode))
            return (Verdict.None, null);

        if (Has(marks, EcsMarks.TypeDenied) && (Has(marks, EcsMarks.CategoryWeb) || IsTraffic(document)))
            return (Verdict.Denied, "event.type=denied");
        if (Has(marks, EcsMarks.CategoryNetwork) && Has(marks, EcsMarks.OutcomeDeny))
            return (Verdict.Denied, "event.outcome=deny");
        if (document.FirewallEvent == FirewallDenied)
            return (Verdict.Denied, "netflow.firewall_event=3");
        if (document.ForwardingStatus is >= 128 and < 192)
            return (Verdict.Denied, "netflow.forwarding_status=dropped");
        if (!IsTraffic(document))
            return Has(marks, EcsMarks.TypeAllowed) ? (Verdict.Allowed, "event.type=allowed") : (Verdict.None, null);

        var (action, vendors) = (ActionWords.Of(document.Action), ActionWords.Of(document.VendorAction));
        if (action == Verdict.Denied)
            return (Verdict.Denied, Words.Reason("event.action="u8, document.Action!));
        if (vendors == Verdict.Denied)
            return (Verdict.Denied, Words.Reason("vendor action="u8, document.VendorAction!));
        if (IsUnanswered(document))
            return (Verdict.Unanswered, "no packet came back");
        if (Has(marks, EcsMarks.TypeAllowed))
            return (Verdict.Allowed, "event.type=allowed");
        if (action == Verdict.Allowed)
            return (Verdict.Allowed, Words.Reason("action="u8, document.Action!));
        if (vendors == Verdict.Allowed)
            return (Verdict.Allowed, Words.Reason("action="u8, document.VendorAction!));
        return (Verdict.None, null);
    }

    /// <summary>Network traffic by category; without any category, by having both ends.</summary>
    private static bool IsTraffic(in EcsDocument document) =>
        Has(document.Marks, EcsMarks.CategoryNetwork | EcsMarks.CategoryIntrusion)
        || !Has(document.Marks, EcsMarks.CategoryOther | EcsMarks.CategoryWeb | EcsMarks.CategoryConfiguration)
            && document.Source is not null;

    /// <summary>Flows of Packetbeat and Network Packet Capture, and Zeek's connections.</summary>
    private static bool IsUnanswered(in EcsDocument document) =>
        document.ConnectionState is "s0" or "sh" or "rstos0"
        || document is { Action: "network_flow", SourcePackets: > 0, IsUnfinished: false }
            && document.DestinationPackets is null or 0;

    private static bool Has(EcsMarks marks, EcsMarks any) => (marks & any) != EcsMarks.None;

    // ASA ids that pipelines type as denied though a login or a VPN session was refused.
    private static bool IsCiscoSession(int? code) =>
        code is 113005 or 113015 or 605004 or 611102 or 716039 or (>= 113029 and <= 113040);
}
