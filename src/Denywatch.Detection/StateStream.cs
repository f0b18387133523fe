using System.Buffers.Binary;

namespace Denywatch.Detection;

/// <summary>Writes a model's numbers, little-endian, one after the other: no names, no padding, the same bytes for the same state.</summary>
internal sealed class StateWriter
{
    private readonly List<byte> bytes = new(6 * 1024);

    public void Add(long value)
    {
        Span<byte> buffer = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(buffer, value);
        bytes.AddRange(buffer);
    }

    public void Add(double value) => Add(BitConverter.DoubleToInt64Bits(value));

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
            Add(value);
    }

    public void Add(ReadOnlySpan<byte> values) => bytes.AddRange(values);

    public byte[] ToArray() => [.. bytes];
}

/// <summary>Reads what <see cref="StateWriter"/> wrote, in the same order.</summary>
internal ref struct StateReader(ReadOnlySpan<byte> state)
{
    private ReadOnlySpan<byte> rest = state;

    public readonly bool IsAtEnd => rest.IsEmpty;

    public long Long() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public double Double() => BitConverter.Int64BitsToDouble(Long());

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

    private ReadOnlySpan<byte> Take(int length)
    {
        if (rest.Length < length)
            throw new InvalidDataException("The model state ends too early.");

        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
