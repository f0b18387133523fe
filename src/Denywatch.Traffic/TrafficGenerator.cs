using System.Runtime.InteropServices;
using Denywatch.Events;

namespace Denywatch.Traffic;

/// <summary>
/// Makes the firewall events of a whole estate. The same seed and slice always give the same events, in whatever order
/// slices are asked for: a demo, a benchmark and a test see the same month.
/// </summary>
/// <param name="incidents">Incidents to lay over the background; none where null.</param>
public sealed class TrafficGenerator(int seed, Estate estate, IReadOnlyList<Incident>? incidents = null)
{
    private readonly Background background = new(seed);
    private readonly IncidentTraffic traffic = new(seed);

    public Estate Estate { get; } = estate;
    public IReadOnlyList<Incident> Incidents { get; } = incidents ?? [];

    /// <summary>The events of a 5-minute slice in order of time; their times are whole seconds, as most firewalls log.</summary>
    /// <param name="slice">Start of a slice, UTC.</param>
    public IEnumerable<GeneratedEvent> Slice(DateTimeOffset slice)
    {
        var start = DenyFlow.SliceOf(slice);
        var events = new List<GeneratedEvent>(256);
        var attempts = new List<Attempt>(128);
        for (var index = 0; index < Estate.Firewalls.Count; index++)
        {
            var firewall = Estate.Firewalls[index];
            attempts.Clear();
            background.AddTo(attempts, firewall, index, start);
            AddIncidents(attempts, firewall, start);
            foreach (var attempt in attempts)
                events.Add(new(EventOf(attempt, firewall, start), firewall.Integration));
        }

        events.Sort(static (a, b) => a.Event.Timestamp!.Value.CompareTo(b.Event.Timestamp!.Value));
        return events;
    }

    /// <summary>The raw line the event's firewall would have sent.</summary>
    public static string RenderLine(GeneratedEvent generated) => RawLines.Of(generated);

    private void AddIncidents(List<Attempt> attempts, GeneratedFirewall firewall, DateTimeOffset slice)
    {
        var usual = attempts.Count;
        foreach (var incident in Incidents)
        {
            if (
                incident.Firewall != firewall.Name
                || incident.End <= slice
                || incident.Start >= slice + DenyFlow.SliceSpan
            )
                continue;

            Attempt[] before = [.. CollectionsMarshal.AsSpan(attempts)[..usual]];
            traffic.AddTo(attempts, incident, firewall, slice, before, background);
        }
    }

    private static FirewallEvent EventOf(in Attempt attempt, GeneratedFirewall firewall, DateTimeOffset slice) =>
        new()
        {
            Verdict = attempt.IsAllowed ? Verdict.Allowed : Verdict.Denied,
            Timestamp = slice.AddSeconds(attempt.Second),
            Source = attempt.Source,
            SourcePort = attempt.SourcePort,
            Destination = attempt.Destination,
            DestinationPort = attempt.Port,
            Transport = attempt.IsUdp ? "udp" : "tcp",
            Observer = firewall.Name,
            Rule = attempt.Rule,
            // PAN-OS rows state packets, and pf the way through its interface: an event holds what its line says.
            Packets = firewall.Integration == "panw_panos" ? 1 : null,
            Direction = firewall.Integration == "pfsense" ? RawLines.WayOf(attempt) : Direction.Unknown,
        };
}
