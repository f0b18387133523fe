namespace Denywatch.Events.Integrations.Cef;

/// <summary>ArcSight's Common Event Format, which most firewalls can write, with each vendor's own action words.</summary>
public sealed class CefIntegration : IIntegration
{
    public string Name => "cef";
    public string Title => "Common Event Format (CEF)";

    public bool Recognises(in LogLine line) => CefHeader.StartIn(line.Raw) >= 0;

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events) => Read(line, isSession: false, events);

    internal static Outcome Read(in LogLine line, bool isSession, ICollection<FirewallEvent> events)
    {
        var start = CefHeader.StartIn(line.Raw);
        if (start < 0 || !CefHeader.TryRead(line.Raw[start..], out var header))
            return Outcome.Rejected(
                "the CEF header is cut off: CEF:0|vendor|product|version|id|name|severity| must come before the fields"
            );

        var cef = new CefEvent();
        cef.Read(header.Extension, isSession, line.Receipt);
        var (verdict, reason) = CefVerdict.Of(header, cef);
        if (verdict == Verdict.Denied && cef.Draft.Source is null && cef.Draft.Destination is null)
            verdict = Verdict.None; // a file or a message was blocked: no traffic
        events.Add(cef.Draft.ToEvent(verdict, reason, line));
        return Outcome.Understood;
    }
}
