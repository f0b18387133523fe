using System.Net;
using System.Net.Sockets;

namespace Denywatch.Events.Enrichment;

/// <summary>
/// What networks are. Of several that hold an address the longest prefix speaks; of two alike the first. A look-up costs one
/// probe for each prefix length in use, however many networks there are. Free of state; share it.
/// </summary>
public sealed class PrefixTable<T>
    where T : class
{
    // Longest prefix first.
    private readonly Level[] four;
    private readonly Level[] six;

    public PrefixTable(IEnumerable<KeyValuePair<IPNetwork, T>> networks)
    {
        var families = networks.ToLookup(each => each.Key.BaseAddress.AddressFamily == AddressFamily.InterNetwork);
        four = LevelsOf(families[true], bits: 32);
        six = LevelsOf(families[false], bits: 128);
    }

    /// <summary>What the smallest network that holds the address is; null where none does.</summary>
    /// <param name="shorterThan">Leaves out networks with a prefix of this length or longer.</param>
    public T? Find(IPAddress? address, int shorterThan = int.MaxValue)
    {
        if (address is null)
            return null;
        var bits = AddressBits.Of(address);
        foreach (var level in address.AddressFamily == AddressFamily.InterNetwork ? four : six)
        {
            if (level.Length < shorterThan && level.Values.TryGetValue(bits & level.Mask, out var value))
                return value;
        }
        return null;
    }

    private static Level[] LevelsOf(IEnumerable<KeyValuePair<IPNetwork, T>> networks, int bits) =>
        [
            .. networks
                .GroupBy(each => each.Key.PrefixLength)
                .OrderByDescending(level => level.Key)
                .Select(level => LevelOf(level.Key, level, bits)),
        ];

    private static Level LevelOf(int length, IEnumerable<KeyValuePair<IPNetwork, T>> networks, int bits)
    {
        var mask = length == 0 ? UInt128.Zero : UInt128.MaxValue << (bits - length);
        var values = new Dictionary<UInt128, T>();
        foreach (var (network, value) in networks)
            values.TryAdd(AddressBits.Of(network.BaseAddress) & mask, value);
        return new(length, mask, values);
    }

    private sealed record Level(int Length, UInt128 Mask, Dictionary<UInt128, T> Values);
}
