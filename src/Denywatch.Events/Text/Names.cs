using System.Runtime.InteropServices;
using System.Text;

namespace Denywatch.Events.Text;

/// <summary>
/// What known names mean, looked up by their bytes. Made once for a format; some nanoseconds a look-up, as every field of
/// every line is looked up.
/// </summary>
/// <typeparam name="T">The meaning; its default says that a name is not known.</typeparam>
internal sealed class Names<T>
    where T : struct
{
    private readonly (byte[]? Name, T Meaning)[] slots;
    private readonly int mask;

    /// <param name="meanings">Names in exact case; the last of equal ones counts.</param>
    public Names(IEnumerable<KeyValuePair<string, T>> meanings)
    {
        var last = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var (name, meaning) in meanings)
            last[name] = meaning;

        var size = 16;
        while (size < last.Count * 4)
            size *= 2;
        slots = new (byte[]?, T)[size];
        mask = size - 1;
        foreach (var (name, meaning) in last)
        {
            var bytes = Encoding.UTF8.GetBytes(name);
            var at = Hash(bytes) & mask;
            while (slots[at].Name is not null)
                at = (at + 1) & mask;
            slots[at] = (bytes, meaning);
        }
    }

    public T this[ReadOnlySpan<byte> name]
    {
        get
        {
            for (var at = Hash(name) & mask; ; at = (at + 1) & mask)
            {
                ref readonly var slot = ref slots[at];
                if (slot.Name is null)
                    return default;
                if (name.SequenceEqual(slot.Name))
                    return slot.Meaning;
            }
        }
    }

    // Length and both ends tell names of log fields well apart.
    private static int Hash(ReadOnlySpan<byte> name)
    {
        ulong head = 0,
            tail = 0;
        if (name.Length >= 8)
        {
            head = MemoryMarshal.Read<ulong>(name);
            tail = MemoryMarshal.Read<ulong>(name[^8..]);
        }
        else
        {
            foreach (var b in name)
                head = (head << 8) | b;
        }
        var mixed = (head + (ulong)name.Length) * 0x9E3779B97F4A7C15;
        mixed = (mixed ^ (mixed >> 32) ^ tail) * 0xC2B2AE3D27D4EB4F;
        return (int)(mixed >> 33);
    }
}
