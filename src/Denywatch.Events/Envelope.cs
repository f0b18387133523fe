using System.Buffers;
using System.Buffers.Text;
using System.IO.Compression;
using System.Text.Json;
using Denywatch.Events.Text;

namespace Denywatch.Events;

/// <summary>
/// What carriers put around lines: <c>{"records":[…]}</c> of Azure, <c>{"logEvents":[{"message":…}]}</c> of CloudWatch,
/// <c>{"message":{"data":base64}}</c> of Pub/Sub, <c>{"records":[{"data":base64 of gzip}]}</c> of Firehose, arrays of documents, and documents without a line end between them.
/// </summary>
internal static class Envelope
{
    // A batch of Firehose is at most this; what would be more is a bomb.
    private const int LargestUnzipped = 4 * 1024 * 1024;

    private static readonly JsonReaderOptions Options = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        AllowMultipleValues = true,
    };

    /// <summary>Takes one line out of an envelope; the bytes are valid during the call only.</summary>
    /// <returns>False to have no more.</returns>
    public delegate bool Opened(ReadOnlySpan<byte> line);

    /// <summary>True where a text starts as a document or an array does, also behind <c>@cee:</c>.</summary>
    public static bool IsDocument(ReadOnlySpan<byte> text)
    {
        text = text.TrimStart(" \t,"u8);
        return text.StartsWith((byte)'{')
            || text.StartsWith("[{"u8)
            || text.StartsWith("[ {"u8)
            || text.StartsWith("@cee:"u8);
    }

    /// <summary>
    /// A document as it stands between others in a file that is one array: without what joins it to its neighbours, empty
    /// for a line that only joins.
    /// </summary>
    public static ReadOnlySpan<byte> Alone(ReadOnlySpan<byte> line)
    {
        var text = line.Trim(" \t"u8);
        if (text.StartsWith("{\"records\":["u8) && text.IndexOf((byte)']') < 0)
            text = text["{\"records\":["u8.Length..].TrimStart((byte)' ');
        if (text.StartsWith((byte)',') || text.StartsWith((byte)'['))
        {
            var after = text[1..].TrimStart(" \t"u8);
            // "[" alone opens an array; "[{…}]" is one, and "[UFW BLOCK]" is something else.
            if (after.IsEmpty || text[0] == ',' && after[0] is (byte)'{' or (byte)'[')
                text = after;
            else if (after[0] == '{' && !text.EndsWith((byte)']'))
                text = after;
        }
        if (text.SequenceEqual("]"u8) || text.SequenceEqual("]}"u8) || text.SequenceEqual("],"u8))
            return [];
        if (text.StartsWith((byte)'{') && text.EndsWith((byte)','))
            return text[..^1];
        if (text.StartsWith((byte)'{') && text.EndsWith("}]"u8) && text.IndexOf((byte)'[') < 0)
            return text[..^1];
        return text.IsEmpty || text.StartsWith((byte)'{') ? text : line;
    }

    /// <summary>True where the text may be an envelope: a cheap look before <see cref="TryOpen"/>.</summary>
    public static bool MayBe(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return false;
        if (text[0] == '[')
            return text.Length > 2 && text[1..].TrimStart(" \t"u8).StartsWith((byte)'{');
        if (text[0] != '{')
            return false;
        var start = text[..Math.Min(text.Length, 2048)];
        return text.IndexOf("}{"u8) >= 0
            || start.IndexOf("\"records\""u8) >= 0
            || start.IndexOf("\"logEvents\""u8) >= 0
            || text.IndexOf("\"data\""u8) >= 0
                && (text.IndexOf("\"subscription\""u8) >= 0 || start.IndexOf("\"awslogs\""u8) >= 0 || IsPubSub(text));
    }

    /// <summary>Opens an envelope and hands its lines over; false where the text is none, and nothing was handed over.</summary>
    /// <exception cref="JsonException">The JSON breaks off: what came before was handed over.</exception>
    public static bool TryOpen(ReadOnlySpan<byte> text, Opened opened)
    {
        var reader = new Utf8JsonReader(text, Options);
        if (!reader.Read())
            return false;
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            Elements(ref reader, text, opened);
            return true;
        }

        var isEnvelope = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var holdsList =
                reader.ValueTextEquals("records"u8)
                || reader.ValueTextEquals("Records"u8)
                || reader.ValueTextEquals("logEvents"u8)
                || reader.ValueTextEquals("receivedMessages"u8);
            var holdsMessage = reader.ValueTextEquals("message"u8) || reader.ValueTextEquals("awslogs"u8);
            var holdsData = reader.ValueTextEquals("data"u8);
            reader.Read();
            if (holdsList && reader.TokenType == JsonTokenType.StartArray)
                isEnvelope |= Elements(ref reader, text, opened);
            else if (holdsMessage && reader.TokenType == JsonTokenType.StartObject)
                isEnvelope |= Data(ref reader, opened);
            else if (holdsData && reader.TokenType == JsonTokenType.String && IsPubSub(text))
                isEnvelope |= Decode(reader, opened);
            else
                reader.Skip();
        }
        if (isEnvelope)
            return true;

        // Documents back to back: the first ends where the next begins.
        var end = (int)reader.BytesConsumed;
        var rest = text[end..].TrimStart(" \t,"u8);
        if (!rest.StartsWith((byte)'{'))
            return false;
        var goesOn = opened(text[..end]);
        while (goesOn && rest.StartsWith((byte)'{'))
        {
            reader = new Utf8JsonReader(rest, Options);
            reader.Read();
            reader.Skip();
            end = (int)reader.BytesConsumed;
            goesOn = opened(rest[..end]);
            rest = rest[end..].TrimStart(" \t,"u8);
        }
        return true;
    }

    /// <summary>The elements of an array: documents, texts, or CloudWatch's and Pub/Sub's own objects around them.</summary>
    private static bool Elements(ref Utf8JsonReader reader, ReadOnlySpan<byte> text, Opened opened)
    {
        var any = false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                var inner = reader;
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                any = true;
                if (!Data(ref inner, opened) && !opened(text[start..(int)reader.BytesConsumed]))
                    return true;
            }
            else if (reader.TokenType == JsonTokenType.String)
            {
                any = true;
                if (!Text(reader, opened))
                    return true;
            }
            else
            {
                reader.Skip();
            }
        }
        return any;
    }

    /// <summary>
    /// An object that only carries a line: CloudWatch's <c>id</c>, <c>timestamp</c>, <c>message</c>, or a <c>data</c> in
    /// base64 and its attributes. False where it is a document itself.
    /// </summary>
    private static bool Data(ref Utf8JsonReader reader, Opened opened)
    {
        Utf8JsonReader message = default,
            data = default;
        bool hasMessage = false,
            hasData = false,
            isDocument = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isMessage = reader.ValueTextEquals("message"u8);
            var isData = reader.ValueTextEquals("data"u8);
            isDocument |= !isMessage && !isData && !IsCarriers(reader);
            reader.Read();
            if (isMessage && reader.TokenType == JsonTokenType.String)
            {
                message = reader;
                hasMessage = true;
            }
            else if (isData && reader.TokenType == JsonTokenType.String)
            {
                data = reader;
                hasData = true;
            }
            else if (isMessage && reader.TokenType == JsonTokenType.StartObject && Data(ref reader, opened))
            {
                return true;
            }
            else
            {
                reader.Skip();
            }
        }
        if (isDocument || !hasMessage && !hasData)
            return false;
        if (hasData)
            return Decode(data, opened);
        Text(message, opened);
        return true;
    }

    private static bool IsCarriers(in Utf8JsonReader key) =>
        key.ValueTextEquals("id"u8)
        || key.ValueTextEquals("timestamp"u8)
        || key.ValueTextEquals("ingestionTime"u8)
        || key.ValueTextEquals("extractedFields"u8)
        || key.ValueTextEquals("attributes"u8)
        || key.ValueTextEquals("messageId"u8)
        || key.ValueTextEquals("message_id"u8)
        || key.ValueTextEquals("publishTime"u8)
        || key.ValueTextEquals("publish_time"u8)
        || key.ValueTextEquals("orderingKey"u8)
        || key.ValueTextEquals("ackId"u8)
        || key.ValueTextEquals("deliveryAttempt"u8);

    private static bool IsPubSub(ReadOnlySpan<byte> text) =>
        text.IndexOf("\"messageId\""u8) >= 0 || text.IndexOf("\"message_id\""u8) >= 0;

    private static bool Text(Utf8JsonReader value, Opened opened)
    {
        if (!value.ValueIsEscaped)
        {
            return opened(value.ValueSpan);
        }
        var rented = ArrayPool<byte>.Shared.Rent(value.ValueSpan.Length);
        try
        {
            return opened(rented.AsSpan(0, value.CopyString(rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private static bool Decode(Utf8JsonReader value, Opened opened)
    {
        var rented = ArrayPool<byte>.Shared.Rent(value.ValueSpan.Length);
        try
        {
            var status = Base64.DecodeFromUtf8(value.ValueSpan, rented, out _, out var written);
            if (status != OperationStatus.Done)
                return false;
            if (written > 2 && rented[0] == 0x1F && rented[1] == 0x8B)
                return Unzip(rented, written, opened);
            opened(rented.AsSpan(0, written).TrimEnd("\r\n"u8));
            return true;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>CloudWatch compresses what it hands to Kinesis, Firehose and Lambda.</summary>
    private static bool Unzip(byte[] zipped, int length, Opened opened)
    {
        var text = ArrayPool<byte>.Shared.Rent(LargestUnzipped);
        try
        {
            using var unzipping = new GZipStream(new MemoryStream(zipped, 0, length), CompressionMode.Decompress);
            var read = unzipping.ReadAtLeast(text, LargestUnzipped, throwOnEndOfStream: false);
            opened(text.AsSpan(0, Math.Min(read, LargestUnzipped)).TrimEnd("\r\n"u8));
            return true;
        }
        catch (InvalidDataException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(text);
        }
    }
}
