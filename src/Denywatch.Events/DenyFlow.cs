using System.Net;

namespace Denywatch.Events;

/// <summary>What makes denied events one deny flow, together with the 5-minute slice.</summary>
/// <param name="Slice">Start of the 5-minute UTC slice.</param>
/// <param name="Firewall">Name of the firewall, as the event states it; never empty.</param>
/// <param name="ExceptedBy">Id of the exception that takes it away; null where it is counted.</param>
public readonly record struct FlowKey(
    DateTimeOffset Slice,
    string Firewall,
    IPAddress? Source,
    IPAddress? Destination,
    int? DestinationPort,
    string? Transport,
    string? Rule,
    Direction Direction,
    int? ExceptedBy = null
);

/// <summary>Attributes frozen at intake: what the tables said when the event came in.</summary>
/// <param name="SourceCountry">ISO 3166-1 alpha-2, or null for private and unknown addresses.</param>
/// <param name="SourceAs">Autonomous system number (RFC 6793), or null.</param>
/// <param name="SourceRole">What the owner said the source is, see <see cref="Assets.AssetRoles"/>; null where nothing was said.</param>
public readonly record struct FlowAttributes(
    string? SourceCountry,
    long? SourceAs,
    string? DestinationCountry,
    long? DestinationAs,
    string? Site,
    string? SourceRole = null,
    string? DestinationRole = null
);

/// <summary>The denied events of one slice that share a <see cref="FlowKey"/>.</summary>
public sealed class DenyFlow(FlowKey key, FlowAttributes attributes, string integration)
{
    /// <summary>Length of a slice: every bucket span is a multiple of it.</summary>
    public static readonly TimeSpan SliceSpan = TimeSpan.FromMinutes(5);

    private const int MaxOffsets = 32;
    private const int MaxLines = 3;

    private readonly List<short> offsets = [];
    private readonly List<string> lines = [];

    public FlowKey Key { get; } = key;
    public FlowAttributes Attributes { get; } = attributes;
    public string Integration { get; } = integration;

    /// <summary>Denied attempts.</summary>
    public long Count { get; private set; }

    /// <summary>Packets, where at least one event stated them.</summary>
    public long? Packets { get; private set; }

    public DateTimeOffset First { get; private set; } = DateTimeOffset.MaxValue;
    public DateTimeOffset Last { get; private set; } = DateTimeOffset.MinValue;

    /// <summary>
    /// Distinct sources this row stands for: 1, or an estimate where sources were folded to a network. The estimate covers
    /// the slice so far: of several rows with one key the largest holds, not the sum.
    /// </summary>
    public int SourcesEstimate { get; set; } = 1;

    /// <summary>Prefix length of <see cref="FlowKey.Source"/> where it stands for a network; null for one address.</summary>
    public int? SourcePrefix { get; init; }

    /// <summary>True while another raw line would be kept.</summary>
    public bool WantsLine => lines.Count < MaxLines;

    /// <summary>Seconds into the slice of up to 32 events, in order of arrival.</summary>
    public IReadOnlyList<short> Offsets => offsets;

    /// <summary>Up to 3 raw lines.</summary>
    public IReadOnlyList<string> Lines => lines;

    public static DateTimeOffset SliceOf(DateTimeOffset at) =>
        new(at.UtcTicks - (at.UtcTicks % SliceSpan.Ticks), TimeSpan.Zero);

    /// <summary>Adds one event of this flow.</summary>
    public void Add(DateTimeOffset at, long count, long? packets, string? line)
    {
        Count += count;
        if (packets is { } more)
            Packets = (Packets ?? 0) + more;
        if (at < First)
            First = at;
        if (at > Last)
            Last = at;
        if (offsets.Count < MaxOffsets)
            offsets.Add((short)(at - Key.Slice).TotalSeconds);
        if (line is not null && WantsLine)
            lines.Add(line);
    }
}
