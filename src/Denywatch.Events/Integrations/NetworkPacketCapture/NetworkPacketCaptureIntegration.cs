using Denywatch.Events.Integrations.Ecs;

namespace Denywatch.Events.Integrations.NetworkPacketCapture;

/// <summary>
/// Elastic's integration <c>network_traffic</c>: flows and protocols seen on the wire. No verdict; a flow that got no
/// packet back is unanswered.
/// </summary>
public sealed class NetworkPacketCaptureIntegration : IIntegration
{
    private static readonly EcsIntegration Documents = new();

    public string Name => "network_traffic";
    public string Title => "Network Packet Capture";

    public bool Recognises(in LogLine line) => JsonEvents.Holds(line, "\"network_traffic."u8);

    public Outcome Parse(in LogLine line, ICollection<FirewallEvent> events) => Documents.Parse(line, events);
}
