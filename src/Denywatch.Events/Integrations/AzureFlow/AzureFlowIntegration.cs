using System.Text.Json;
using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.AzureFlow;

/// <summary>
/// Flow logs of Azure network security groups and virtual networks: one record holds many flows, and each is an event of
/// its own, since each can be a deny.
/// </summary>
public sealed class AzureFlowIntegration : IIntegration
{
    private static readonly JsonReaderOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowMultipleValues = true,
        MaxDepth = 16, // twice what the records have: a rule is looked for on every level
    };

    public string Name => "azure_flow";
    public string Title => "Azure NSG and VNet flow logs";

    public bool Recognises(in LogLine line) =>
        JsonEvents.Holds(line, "\"flowTuples\""u8) && !JsonEvents.IsInSchema(line);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events)
    {
        try
        {
            var reader = new Utf8JsonReader(JsonEvents.In(line), Options);
            reader.Read();
            Read(ref reader, line, new Place(FirewallOf(reader), Rule: null), events);
            return Outcome.Understood;
        }
        catch (JsonException broken)
        {
            return Outcome.Rejected(
                $"broken JSON at byte {broken.BytePositionInLine}: is the record complete, and on one line?"
            );
        }
    }

    /// <summary>Where in the record we are: its flows share these.</summary>
    private readonly record struct Place(string? Firewall, string? Rule);

    /// <summary>
    /// Reads one object or array to its end. Objects nest differently in the two kinds of log, but in both a rule's name
    /// stands beside its flows or above them.
    /// </summary>
    private static void Read(ref Utf8JsonReader reader, in LogLine line, Place place, ICollection<FirewallEvent> events)
    {
        var end = reader.CurrentDepth;
        while (reader.Read() && reader.CurrentDepth > end)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                Read(ref reader, line, place, events);
            }
            else if (reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("rule"u8))
                {
                    reader.Read();
                    if (reader.TokenType == JsonTokenType.String)
                        place = place with { Rule = Words.Of(reader.ValueSpan) };
                }
                else if (
                    reader.ValueTextEquals("flowTuples"u8)
                    || reader.ValueTextEquals("flows"u8) && place.Rule is null
                )
                {
                    place = place with { Rule = place.Rule ?? RuleBehind(reader) };
                }
            }
            else if (reader.TokenType == JsonTokenType.String && FlowTuple.TryRead(reader.ValueSpan, out var flow))
            {
                events.Add(flow.ToEvent(place.Firewall, place.Rule, line));
            }
        }
    }

    /// <summary>The rule's name where its key follows the flows: the order of keys is nobody's promise.</summary>
    private static string? RuleBehind(Utf8JsonReader reader)
    {
        do
        {
            if (reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("rule"u8))
                return reader.Read() && reader.TokenType == JsonTokenType.String ? Words.Of(reader.ValueSpan) : null;
            reader.Skip();
        } while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName);
        return null;
    }

    /// <summary>The security group, or the network, subnet or interface that a VNet flow log is for.</summary>
    private static string? FirewallOf(Utf8JsonReader reader)
    {
        string? group = null;
        var depth = reader.CurrentDepth + 1;
        while (reader.Read() && reader.CurrentDepth >= depth)
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var isTarget = reader.ValueTextEquals("targetResourceID"u8) || reader.ValueTextEquals("targetResourceId"u8);
            var isGroup = reader.ValueTextEquals("resourceId"u8) || reader.ValueTextEquals("resourceID"u8);
            reader.Read();
            if (reader.TokenType == JsonTokenType.String && (isTarget || isGroup))
            {
                var name = Words.Of(JsonEvents.LastSegment(reader.ValueSpan));
                if (isTarget)
                    return name;
                group = name;
            }
            reader.Skip();
        }
        return group;
    }
}
