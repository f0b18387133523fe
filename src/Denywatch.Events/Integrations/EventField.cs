namespace Denywatch.Events.Integrations;

/// <summary>What a field of a structured log is to us.</summary>
internal enum EventField : byte
{
    None,
    Time,

    /// <summary>A time that counts where <see cref="Time"/> is not there.</summary>
    OtherTime,
    Source,
    OtherSource,
    SourcePort,
    OtherSourcePort,
    Destination,
    OtherDestination,
    DestinationPort,
    OtherDestinationPort,
    Transport,
    Direction,
    Observer,
    OtherObserver,
    Rule,
    OtherRule,

    /// <summary>The word the verdict rests on.</summary>
    Action,

    /// <summary>A second word that can decide: what another part of the device did, or an outcome.</summary>
    OtherAction,

    /// <summary>What kind of record it is.</summary>
    Kind,
    Count,
    Packets,

    /// <summary>Packets that came back.</summary>
    ReplyPackets,

    /// <summary>A text that only the product's own parser reads.</summary>
    Text,
}
