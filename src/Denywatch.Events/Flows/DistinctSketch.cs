using System.Net;
using System.Numerics;
using System.Runtime.InteropServices;

namespace Denywatch.Events.Flows;

/// <summary>
/// How many different values were added, within about 13 %: HyperLogLog (Flajolet et al. 2007) of 64 registers, with
/// linear counting for small numbers.
/// </summary>
internal sealed class DistinctSketch
{
    private const int Registers = 64;
    private const int IndexBits = 6;
    private const double Bias = 0.709; // alpha for 64 registers

    private readonly byte[] ranks = new byte[Registers];

    /// <summary>At least 1.</summary>
    public int Estimate { get; private set; } = 1;

    public void Add(IPAddress address)
    {
        var mixed = HashOf(address);
        var index = mixed >> (32 - IndexBits);
        var rank = (byte)(BitOperations.LeadingZeroCount((mixed << IndexBits) | (1u << (IndexBits - 1))) + 1);
        if (rank <= ranks[index])
            return;
        ranks[index] = rank;
        Estimate = Math.Max(1, (int)Math.Round(Compute()));
    }

    private double Compute()
    {
        double sum = 0;
        var empty = 0;
        foreach (var rank in ranks)
        {
            sum += Math.ScaleB(1, -rank);
            empty += rank == 0 ? 1 : 0;
        }
        var raw = Bias * Registers * Registers / sum;
        return raw <= 2.5 * Registers && empty > 0 ? Registers * Math.Log((double)Registers / empty) : raw;
    }

    // Not GetHashCode: its seed differs from process to process, and so would the estimate of the same flows.
    private static uint HashOf(IPAddress address)
    {
        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out var length);
        var hash = 0u;
        foreach (var word in MemoryMarshal.Cast<byte, uint>(bytes[..length]))
            hash = Mix(hash ^ word);
        return hash;
    }

    // MurmurHash3's finalizer (Appleby): neighbours must not share registers.
    private static uint Mix(uint hash)
    {
        hash ^= hash >> 16;
        hash *= 0x85ebca6b;
        hash ^= hash >> 13;
        hash *= 0xc2b2ae35;
        return hash ^ (hash >> 16);
    }
}
