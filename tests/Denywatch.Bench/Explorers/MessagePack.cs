using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Denywatch.Bench.Explorers;

/// <summary>As much of MessagePack as a circuit speaks: https://github.com/msgpack/msgpack/blob/master/spec.md.</summary>
internal static class MessagePack
{
    /// <summary>A message of the hub protocol with its length before it; null, text, whole numbers and arrays of these.</summary>
    public static ReadOnlyMemory<byte> Framed(object?[] message)
    {
        var body = new ArrayBufferWriter<byte>(1024);
        Write(body, message);
        var framed = new ArrayBufferWriter<byte>(body.WrittenCount + 5);
        var length = body.WrittenCount;
        for (; length > 0x7f; length >>= 7)
            WriteByte(framed, (byte)(length & 0x7f | 0x80));
        WriteByte(framed, (byte)length);
        framed.Write(body.WrittenSpan);
        return framed.WrittenMemory;
    }

    /// <summary>The length that stands before a message, and of how many bytes it is; null where not all of it is there.</summary>
    public static (int Length, int Bytes)? LengthOf(ReadOnlySpan<byte> bytes)
    {
        var length = 0;
        for (var i = 0; i < Math.Min(5, bytes.Length); i++)
        {
            length |= (bytes[i] & 0x7f) << (7 * i);
            if (bytes[i] < 0x80)
                return (length, i + 1);
        }
        return null;
    }

    /// <summary>The value at the start of <paramref name="bytes"/>, which moves on; of binary data only its length.</summary>
    public static object? Read(ref ReadOnlySpan<byte> bytes)
    {
        var type = Take(ref bytes, 1)[0];
        return type switch
        {
            <= 0x7f => (long)type,
            <= 0x8f => Array(ref bytes, 2 * (type & 0xf)),
            <= 0x9f => Array(ref bytes, type & 0xf),
            <= 0xbf => Text(ref bytes, type & 0x1f),
            0xc0 => null,
            0xc2 => false,
            0xc3 => true,
            0xc4 or 0xc5 or 0xc6 => (long)Take(ref bytes, (int)Number(ref bytes, 1 << (type - 0xc4))).Length,
            0xca => BinaryPrimitives.ReadSingleBigEndian(Take(ref bytes, 4)),
            0xcb => BinaryPrimitives.ReadDoubleBigEndian(Take(ref bytes, 8)),
            >= 0xcc and <= 0xcf => Number(ref bytes, 1 << (type - 0xcc)),
            >= 0xd0 and <= 0xd3 => Number(ref bytes, 1 << (type - 0xd0)),
            >= 0xd9 and <= 0xdb => Text(ref bytes, (int)Number(ref bytes, 1 << (type - 0xd9))),
            0xdc or 0xdd => Array(ref bytes, (int)Number(ref bytes, 2 << (type - 0xdc))),
            >= 0xe0 => (long)(sbyte)type,
            _ => throw new InvalidDataException($"MessagePack type {type:x2}"),
        };
    }

    private static void Write(ArrayBufferWriter<byte> to, object? value)
    {
        switch (value)
        {
            case null:
                WriteByte(to, 0xc0);
                break;
            case bool truth:
                WriteByte(to, truth ? (byte)0xc3 : (byte)0xc2);
                break;
            case string text:
                WriteByte(to, 0xdb);
                WriteNumber(to, Encoding.UTF8.GetByteCount(text));
                Encoding.UTF8.GetBytes(text, to);
                break;
            case object?[] array:
                WriteByte(to, 0xdd);
                WriteNumber(to, array.Length);
                foreach (var item in array)
                    Write(to, item);
                break;
            case Headers:
                WriteByte(to, 0x80);
                break;
            case int number and >= 0 and <= 0x7f:
                WriteByte(to, (byte)number); // a message's type is read as one byte
                break;
            case int or long:
                WriteByte(to, 0xd3);
                BinaryPrimitives.WriteInt64BigEndian(to.GetSpan(8), Convert.ToInt64(value, null));
                to.Advance(8);
                break;
            default:
                throw new ArgumentException($"A {value.GetType()} is never sent.", nameof(value));
        }
    }

    private static void WriteByte(ArrayBufferWriter<byte> to, byte value)
    {
        to.GetSpan(1)[0] = value;
        to.Advance(1);
    }

    private static void WriteNumber(ArrayBufferWriter<byte> to, int number)
    {
        BinaryPrimitives.WriteInt32BigEndian(to.GetSpan(4), number);
        to.Advance(4);
    }

    private static long Number(ref ReadOnlySpan<byte> bytes, int size)
    {
        var number = 0L;
        foreach (var part in Take(ref bytes, size))
            number = number << 8 | part;
        return number;
    }

    private static string Text(ref ReadOnlySpan<byte> bytes, int length) =>
        Encoding.UTF8.GetString(Take(ref bytes, length));

    private static object?[] Array(ref ReadOnlySpan<byte> bytes, int length)
    {
        var items = new object?[length];
        for (var i = 0; i < length; i++)
            items[i] = Read(ref bytes);
        return items;
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> bytes, int length)
    {
        var taken = bytes[..length];
        bytes = bytes[length..];
        return taken;
    }
}

/// <summary>The headers of a message, of which there are none.</summary>
internal sealed record Headers
{
    public static Headers None { get; } = new();
}
