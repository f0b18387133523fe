using System.Net;
using Denywatch.Events.Exceptions;

namespace Denywatch.Storage;

/// <summary>A machine that calls one place: what a beacon is found of.</summary>
public sealed record Caller(IPAddress Source, IPAddress Destination, int Port)
{
    /// <summary>The partition field of jobs whose series are callers.</summary>
    public const string Field = $"{JobField.Source}, destination.ip, destination.port";

    private const string To = " to ";

    /// <summary>Such as "10.1.2.3 to 198.51.100.7:443": the partition of its series.</summary>
    public override string ToString() => $"{Source}{To}{new IPEndPoint(Destination, Port)}";

    /// <exception cref="FormatException">No caller is written like this.</exception>
    public static Caller Parse(string partition)
    {
        ArgumentNullException.ThrowIfNull(partition);
        var parts = partition.Split(To);
        if (parts.Length != 2)
            throw new FormatException($"{partition} is no caller.");
        var place = IPEndPoint.Parse(parts[1]);
        return new(IPAddress.Parse(parts[0]), place.Address, place.Port);
    }

    public FlowScope Scope =>
        new()
        {
            Sources = [Source.ToString()],
            Destinations = [Destination.ToString()],
            Ports = [new(Port, Port)],
        };

    /// <summary>Its flows, by the index on their source.</summary>
    public CountedFlows Flows =>
        new(
            "f.source = @jsource::inet AND f.destination = @jdestination::inet AND f.destination_port = @jport",
            [("jsource", Source.ToString()), ("jdestination", Destination.ToString()), ("jport", Port)]
        );
}
