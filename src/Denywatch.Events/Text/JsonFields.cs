using System.Text.Json;

namespace Denywatch.Events.Text;

/// <summary>
/// Walks one JSON object and hands over its fields by dotted path, without allocating. Nested objects, dotted keys and
/// both mixed spell the same path; the elements of an array count as values of its key. What follows the object is not
/// looked at. Use with loops on <see cref="Next"/>, then look at <see cref="Problem"/>.
/// </summary>
/// <param name="room">Memory for the path and for a value that has to be unescaped: <see cref="Room"/> bytes.</param>
internal ref struct JsonFields(ReadOnlySpan<byte> json, Span<byte> room)
{
    public const int Room = PathRoom + MostDepth + 2 + ValueRoom;

    private const int PathRoom = 128;
    private const int MostDepth = 64;
    private const int ValueRoom = 1024;

    // Longer than any known path, so that a path that does not fit matches none.
    private const int TooLong = PathRoom - 1;

    private static readonly JsonReaderOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowMultipleValues = true,
        MaxDepth = MostDepth,
    };

    private readonly Span<byte> path = room[..PathRoom];

    // Length of the path at each depth; arrays do not lengthen it.
    private readonly Span<byte> lengths = room.Slice(PathRoom, MostDepth + 2);
    private readonly Span<byte> unescaped = room[(PathRoom + MostDepth + 2)..];
    private Utf8JsonReader reader = new(json, Options);
    private int depth;
    private int length;

    /// <summary>Dotted, such as <c>source.ip</c>.</summary>
    public readonly ReadOnlySpan<byte> Path => path[..length];

    /// <summary>Text or number without quotes and escapes, or <c>true</c> and <c>false</c>; nulls are left out.</summary>
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>Where the value stands in the JSON, with its escapes.</summary>
    public readonly Range Place
    {
        get
        {
            var start = (int)reader.TokenStartIndex + (reader.TokenType == JsonTokenType.String ? 1 : 0);
            return start..(start + reader.ValueSpan.Length);
        }
    }

    public readonly bool IsEscaped => reader.ValueIsEscaped;

    /// <summary>What is wrong with the JSON, where, and how to fix it; null while it can be read.</summary>
    public string? Problem { get; private set; }

    /// <summary>Goes to the next field with a value; false at the end of the object or where the JSON is broken.</summary>
    public bool Next()
    {
        try
        {
            return Find();
        }
        catch (JsonException broken)
        {
            Problem = $"broken JSON at byte {broken.BytePositionInLine}: is the document complete, and on one line?";
        }
        catch (InvalidOperationException)
        {
            Problem = "a text in the JSON is not valid UTF-8: send UTF-8";
        }
        return false;
    }

    private bool Find()
    {
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    Extend(lengths[depth], reader.ValueSpan);
                    break;
                case JsonTokenType.String when reader.ValueIsEscaped:
                    Value = Unescape();
                    return true;
                case JsonTokenType.String or JsonTokenType.Number:
                    Value = reader.ValueSpan;
                    return true;
                case JsonTokenType.True or JsonTokenType.False:
                    Value = reader.ValueSpan;
                    return true;
                case JsonTokenType.StartObject or JsonTokenType.StartArray:
                    lengths[++depth] = (byte)length;
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    length = lengths[--depth];
                    if (depth == 0)
                        return false;
                    break;
                default:
                    break;
            }
        }
        return false;
    }

    // A longer text is cut: no field we compare is that long, and a raw line is read from its place.
    private readonly ReadOnlySpan<byte> Unescape()
    {
        if (reader.ValueSpan.Length <= unescaped.Length)
            return unescaped[..reader.CopyString(unescaped)];
        var all = new byte[reader.ValueSpan.Length];
        var whole = all.AsSpan(0, reader.CopyString(all));
        whole = whole[..Math.Min(whole.Length, unescaped.Length)];
        whole.CopyTo(unescaped);
        return unescaped[..whole.Length];
    }

    private void Extend(int start, ReadOnlySpan<byte> key)
    {
        var dot = start > 0 ? 1 : 0;
        if (start + dot + key.Length >= TooLong)
        {
            path[0] = 0;
            length = TooLong;
            return;
        }
        if (dot == 1)
            path[start] = (byte)'.';
        key.CopyTo(path[(start + dot)..]);
        length = start + dot + key.Length;
    }
}
