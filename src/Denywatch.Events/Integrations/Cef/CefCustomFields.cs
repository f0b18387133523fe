using System.Runtime.CompilerServices;

namespace Denywatch.Events.Integrations.Cef;

/// <summary>
/// Where the custom fields <c>cs1</c> to <c>cs6</c> and <c>c6a1</c> to <c>c6a4</c> and their labels stand: a label may come
/// before or behind its value, so they are paired when all have been seen. The first of equal ones counts.
/// </summary>
internal struct CefCustomFields
{
    public const int Count = Strings + Addresses;

    private const int Strings = 6;
    private const int Addresses = 4;

    private Places values,
        labels;

    public void Take(ReadOnlySpan<byte> key, int start, int length)
    {
        var isLabel = key.EndsWith("Label"u8);
        if (isLabel)
            key = key[..^5];
        var index =
            key.Length == 3 && key.StartsWith("cs"u8) && key[2] is >= (byte)'1' and <= (byte)'6' ? key[2] - '1'
            : key.Length == 4 && key.StartsWith("c6a"u8) && key[3] is >= (byte)'1' and <= (byte)'4'
                ? Strings + key[3] - '1'
            : -1;
        if (index < 0)
            return;
        if (isLabel && labels[index].Length == 0)
            labels[index] = (start, length);
        else if (!isLabel && values[index].Length == 0)
            values[index] = (start, length);
    }

    public readonly ReadOnlySpan<byte> Label(int index, ReadOnlySpan<byte> extension) =>
        extension.Slice(labels[index].Start, labels[index].Length);

    public readonly ReadOnlySpan<byte> Value(int index, ReadOnlySpan<byte> extension) =>
        extension.Slice(values[index].Start, values[index].Length);

    [InlineArray(Count)]
    private struct Places
    {
        private (int Start, int Length) first;
    }
}
