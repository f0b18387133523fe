namespace Denywatch.Storage;

/// <summary>What rollups tell apart; the numbers are stored.</summary>
public enum RollupDimension : short
{
    Source = 0,
    Destination = 1,

    /// <summary>Destination port; the transport where a flow has none.</summary>
    Port = 2,
    SourceCountry = 3,
    DestinationCountry = 4,
    SourceAs = 5,
    Rule = 6,
    Integration = 7,
}
