using System.Globalization;

namespace Denywatch.Alerting;

/// <summary>What a flow's value is in a dimension, as a key that is cheap to hash and as text for people.</summary>
internal abstract class Column
{
    private static readonly Dictionary<Dimension, Column> All = new()
    {
        [Dimension.Source] = Address(flow => AddressKey.Of(flow.Source)),
        [Dimension.SourceNetwork] = new Column<AddressKey>(
            flow => AddressKey.Of(flow.Source).Network,
            key => key.IsKnown ? $"{key}/{(key.IsIPv4 ? 24 : 64)}" : Attribution.Absent
        ),
        [Dimension.Destination] = Address(flow => AddressKey.Of(flow.Destination)),
        // Of ICMP and the like the protocol is what a port is of others.
        [Dimension.Port] = new Column<(int Port, string? Transport)>(
            flow => flow.DestinationPort is { } port ? (port, null) : (-1, flow.Transport),
            key => key.Port >= 0 ? key.Port.ToString(CultureInfo.InvariantCulture) : key.Transport ?? Attribution.Absent
        ),
        [Dimension.SourceCountry] = Text(flow => flow.SourceCountry),
        [Dimension.DestinationCountry] = Text(flow => flow.DestinationCountry),
        [Dimension.Firewall] = Text(flow => flow.Firewall),
        [Dimension.Rule] = Text(flow => flow.Rule),
        [Dimension.SourceAs] = System(flow => flow.SourceAs),
        [Dimension.DestinationAs] = System(flow => flow.DestinationAs),
    };

    public static Column Of(Dimension dimension) => All[dimension];

    public abstract string TextOf(FlowRow flow);
    public abstract Tally Tally(Dimension dimension, int span);

    private static Column<AddressKey> Address(Func<FlowRow, AddressKey> keyOf) =>
        new(keyOf, key => key.IsKnown ? key.ToString() : Attribution.Absent);

    private static Column<string> Text(Func<FlowRow, string?> valueOf) =>
        new(flow => valueOf(flow) ?? Attribution.Absent, key => key);

    private static Column<long> System(Func<FlowRow, long?> numberOf) =>
        new(flow => numberOf(flow) ?? -1, key => key < 0 ? Attribution.Absent : $"AS{key}");
}

internal sealed class Column<TKey>(Func<FlowRow, TKey> keyOf, Func<TKey, string> textOf) : Column
    where TKey : notnull
{
    public override string TextOf(FlowRow flow) => textOf(keyOf(flow));

    public override Tally Tally(Dimension dimension, int span) => new Tally<TKey>(dimension, span, keyOf, textOf);
}
