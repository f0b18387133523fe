using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.AwsWaf;

/// <summary>
/// AWS WAF web ACL logs. The action at the top decides; COUNT, CAPTCHA and CHALLENGE let a client go on or try again, and
/// the actions of single rules further down decided nothing.
/// </summary>
public sealed class AwsWafIntegration : IIntegration
{
    private static readonly Names<EventField> Fields = new(
        new Dictionary<string, EventField>(StringComparer.Ordinal)
        {
            ["timestamp"] = EventField.Time,
            ["@timestamp"] = EventField.OtherTime,
            ["action"] = EventField.Action,
            ["terminatingRuleId"] = EventField.Rule,
            ["httpRequest.clientIp"] = EventField.Source,
            ["httpRequest.httpVersion"] = EventField.Kind,
            ["webaclId"] = EventField.Text,
        }
    );

    public string Name => "aws_waf";
    public string Title => "AWS WAF";

    public bool Recognises(in LogLine line) =>
        JsonEvents.Holds(line, "\"webaclId\""u8) && JsonEvents.Holds(line, "\"httpRequest\""u8);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        var draft = new EventDraft();
        Span<byte> room = stackalloc byte[JsonFields.Room];
        var fields = new JsonFields(JsonEvents.In(line), room);
        while (fields.Next())
        {
            var field = Fields[fields.Path];
            if (field == EventField.Text)
                draft.Take(EventField.Observer, AclName(fields.Value), line.Receipt);
            else
                draft.Take(field, fields.Value, line.Receipt);
        }
        if (fields.Problem is { } problem)
            return Outcome.Rejected(problem);

        draft.Transport = draft.Kind is "HTTP/3.0" or "HTTP/3" ? "udp" : "tcp";
        var verdict =
            draft.Action is "block" ? Verdict.Denied
            : draft.Action is "allow" ? Verdict.Allowed
            : Verdict.None;
        if (verdict == Verdict.Denied && draft.Source is null)
            return Outcome.Rejected(
                "httpRequest.clientIp is missing or no address: is it redacted in the log settings?"
            );
        events.Add(draft.ToEvent(verdict, draft.Action is null ? null : Words.Reason("action="u8, draft.Action), line));
        return Outcome.Understood;
    }

    /// <summary><c>arn:…/webacl/NAME/ID</c>; an id of WAF Classic is the name itself.</summary>
    private static ReadOnlySpan<byte> AclName(ReadOnlySpan<byte> arn)
    {
        var start = arn.IndexOf("/webacl/"u8);
        if (start < 0)
            return arn;
        var name = arn[(start + 8)..];
        var end = name.IndexOf((byte)'/');
        return end < 0 ? name : name[..end];
    }
}
