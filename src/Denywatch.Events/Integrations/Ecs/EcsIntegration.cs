using System.Text.Json;

namespace Denywatch.Events.Integrations.Ecs;

/// <summary>
/// JSON documents in the Elastic Common Schema, from any Elastic integration, Beat, Logstash or rsyslog. A document that
/// decides nothing itself may hold the raw line in <c>event.original</c> or <c>message</c>.
/// </summary>
public sealed class EcsIntegration : IIntegration
{
    public string Name => "ecs";
    public string Title => "Elastic Common Schema (JSON)";

    public bool Recognises(in LogLine line) => JsonIn(line).Length > 0;

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events) => Parse(line, events, out _);

    /// <param name="wrapped">The raw line to read in place of the document; null where the document decides.</param>
    internal static Outcome Parse(in LogLine line, ICollection<FirewallEvent> events, out WrappedLine? wrapped)
    {
        wrapped = null;
        var document = new EcsDocument();
        try
        {
            EcsReader.Read(JsonIn(line), document, line.Receipt.Zone);
        }
        catch (JsonException broken)
        {
            return Outcome.Rejected(
                $"broken JSON at byte {broken.BytePositionInLine}: is the document complete, and on one line?"
            );
        }
        catch (InvalidOperationException)
        {
            return Outcome.Rejected("a text in the JSON is not valid UTF-8: send UTF-8");
        }

        var (verdict, reason) = EcsVerdict.Of(document);
        if (verdict == Verdict.None)
            wrapped = Wrapped(document);
        if (!document.IsInSchema)
            return Outcome.Rejected(
                "the document has none of the ECS fields that tell a verdict: event.category, event.type, event.action, source.ip"
            );

        events.Add(
            new FirewallEvent
            {
                Verdict = verdict,
                Reason = reason,
                Timestamp = document.Timestamp ?? document.FallbackTimestamp ?? line.HeaderTime,
                Action = document.Action,
                Source = document.Source,
                SourcePort = document.SourcePort,
                Destination = document.Destination,
                DestinationPort = document.DestinationPort,
                Transport = document.Transport,
                Direction = document.Direction,
                Observer = document.Observer ?? document.WrapperHost ?? line.Sender,
                Rule = document.RuleName ?? document.RuleId,
                Packets = document.Packets,
            }
        );
        return Outcome.Understood;
    }

    private static WrappedLine? Wrapped(EcsDocument document) =>
        (document.Original ?? document.Message) is { Length: > 0 } text
            ? new WrappedLine(
                text,
                document.FallbackTimestamp ?? document.Timestamp,
                document.Observer ?? document.WrapperHost,
                document.WrapperProgram
            )
            : null;

    // rsyslog's and syslog-ng's structured messages come as "@cee: {…}".
    private static ReadOnlySpan<byte> JsonIn(in LogLine line)
    {
        var message = line.Message.TrimStart(" \t"u8);
        if (message.StartsWith("@cee:"u8))
            message = message[5..].TrimStart((byte)' ');
        return message.StartsWith((byte)'{') ? message : [];
    }
}
