using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.SophosXg;

/// <summary>
/// The subtype decides: Denied, Drop, Reject; Virus, since infected traffic is stopped; Alert and Detect stopped nothing,
/// unless the action says Deny. Mail judged as spam is a verdict on mail. Of the web application firewall a 403 is a deny.
/// </summary>
internal static class SophosXgVerdict
{
    public static (Verdict Verdict, string? Reason) Of(in SophosXgFields fields)
    {
        if (fields.LogType.Is("event"u8) || fields.LogType.StartsWith("System"u8))
            return (Verdict.None, null);
        if (fields.LogType.Is("waf"u8) && fields.Subtype.IsEmpty)
            return fields.HttpStatus.SequenceEqual("403"u8) ? (Verdict.Denied, "httpstatus=403") : (Verdict.None, null);

        var subtype = fields.Subtype;
        if (IsDeny(subtype))
            return (Verdict.Denied, Words.Reason("log_subtype="u8, subtype));
        if (fields.Draft.Action is "deny" or "drop" or "block")
            return (Verdict.Denied, Words.Reason("action="u8, fields.Draft.Action));
        if (subtype.Is("allowed"u8) || subtype.Is("clean"u8))
            return (Verdict.Allowed, Words.Reason("log_subtype="u8, subtype));
        if (subtype.IsEmpty && fields.Status.Is("deny"u8))
            return (Verdict.Denied, "status=deny");
        return (Verdict.None, subtype.IsEmpty ? null : Words.Reason("log_subtype="u8, subtype));
    }

    private static bool IsDeny(ReadOnlySpan<byte> subtype) =>
        subtype.Is("denied"u8)
        || subtype.Is("drop"u8)
        || subtype.Is("dropped"u8)
        || subtype.Is("deny"u8)
        || subtype.Is("reject"u8)
        || subtype.Is("rejected"u8)
        || subtype.Is("block"u8)
        || subtype.Is("blocked"u8)
        || subtype.Is("virus"u8)
        || subtype.Is("dos"u8);
}
