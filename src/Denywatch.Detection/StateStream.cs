using System.Buffers.Binary;

namespace Denywatch.Detection;

/// <summary>Writes a model's numbers, little-endian, one after the other: no names, no padding, the same bytes for the same state.</summary>
internal sealed class StateWriter
{
    private readonly List<byte> bytes = new(4 * 1024);

    public void Add(long value)
    {
        Span<byte> buffer = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(buffer, value);
        bytes.AddRange(buffer);
    }

    public void Add(ReadOnlySpan<int> values)
    {
        Span<byte> buffer = stackalloc byte[4];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteInt32LittleEndian(buffer, value);
            bytes.AddRange(buffer);
        }
    }

    public void Add(ReadOnlySpan<float> values)
    {
        Span<byte> buffer = stackalloc byte[4];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteSingleLittleEndian(buffer, value);
            bytes.AddRange(buffer);
        }
    }

    public void Add(ReadOnlySpan<Half> values)
    {
        Span<byte> buffer = stackalloc byte[2];
        foreach (var value in values)
        {
            BinaryPrimitives.WriteHalfLittleEndian(buffer, value);
            bytes.AddRange(buffer);
        }
    }

    public void Add(ReadOnlySpan<double> values)
    {
        foreach (var value in values)
            Add(BitConverter.DoubleToInt64Bits(value));
    }

    public void Add(ReadOnlySpan<byte> values) => bytes.AddRange(values);

    /// <summary>Four small numbers, 0 to 3, in a byte.</summary>
    public void AddPacked(ReadOnlySpan<byte> values)
    {
        for (var i = 0; i < values.Length; i += 4)
        {
            var packed = 0;
            for (var k = 0; k < 4 && i + k < values.Length; k++)
                packed |= values[i + k] << 2 * k;
            bytes.Add((byte)packed);
        }
    }

    public byte[] ToArray() => [.. bytes];
}

/// <summary>Reads what <see cref="StateWriter"/> wrote, in the same order.</summary>
internal ref struct StateReader(ReadOnlySpan<byte> state)
{
    private ReadOnlySpan<byte> rest = state;

    public readonly bool IsAtEnd => rest.IsEmpty;

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public double Double() => BitConverter.Int64BitsToDouble(Long());

    public int Int() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public void Fill(Span<int> values)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = Int();
    }

    public void Fill(Span<float> values)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(Take(4));
    }

    public void Fill(Span<Half> values)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = BinaryPrimitives.ReadHalfLittleEndian(Take(2));
    }

    public void Fill(Span<double> values)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = Double();
    }

    public void Fill(Span<byte> values) => Take(values.Length).CopyTo(values);

    public void FillPacked(Span<byte> values)
    {
        for (var i = 0; i < values.Length; i += 4)
        {
            var packed = Take(1)[0];
            for (var k = 0; k < 4 && i + k < values.Length; k++)
                values[i + k] = (byte)(packed >> 2 * k & 3);
        }
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (rest.Length < length)
            throw new InvalidDataException("The model state ends too early.");

        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
