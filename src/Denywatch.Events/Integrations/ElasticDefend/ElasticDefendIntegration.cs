using Denywatch.Events.Integrations.Ecs;

namespace Denywatch.Events.Integrations.ElasticDefend;

/// <summary>Elastic Defend's events of network connections: documents in the schema, told apart by their data stream.</summary>
public sealed class ElasticDefendIntegration : IIntegration
{
    private static readonly EcsIntegration Documents = new();

    public string Name => "elastic_defend";
    public string Title => "Elastic Defend";

    public bool Recognises(in LogLine line) => JsonEvents.Holds(line, "\"endpoint.events."u8);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events) => Documents.Parse(line, events);
}
