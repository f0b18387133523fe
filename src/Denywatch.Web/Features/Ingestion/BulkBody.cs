using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>One item of a bulk body.</summary>
/// <param name="Operation">create, index, update or delete.</param>
/// <param name="Index">The index named, which we keep no data by, for the answer alone.</param>
/// <param name="Id">The document's id, where given.</param>
/// <param name="Document">Position of its document in the body; empty where the operation has none.</param>
internal readonly record struct BulkItem(string Operation, string? Index, string? Id, Range Document);

/// <summary>Reads the body of <c>_bulk</c>: an action line, then a document line, and so on.</summary>
internal static class BulkBody
{
    /// <summary>Most bytes of a body, compressed or not.</summary>
    public const int MaxBytes = 100 * 1024 * 1024;

    /// <summary>The whole body, unpacked; null where it is longer than <see cref="MaxBytes"/>.</summary>
    /// <exception cref="InvalidDataException">It says it is gzip and is not.</exception>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        if (request.ContentLength > MaxBytes)
            return null;

        var packed = request.Headers.ContentEncoding.ToString().Equals("gzip", StringComparison.OrdinalIgnoreCase);
        await using var body = packed
            ? new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true)
            : request.Body;
        var buffer = new MemoryStream(packed ? 0 : (int)(request.ContentLength ?? 0));
        var chunk = new byte[64 * 1024];
        int read;
        while ((read = await body.ReadAsync(chunk, ct)) > 0)
        {
            if (buffer.Length + read > MaxBytes)
                return null;
            buffer.Write(chunk, 0, read);
        }
        return buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    /// <summary>The items in order; blank lines and a missing last line end do not matter.</summary>
    /// <returns>Null where all is well, or a sentence that names the line that is wrong.</returns>
    public static string? Read(ReadOnlySpan<byte> body, List<BulkItem> items)
    {
        var (position, lineNumber) = (0, 0);
        (string Operation, string? Index, string? Id)? action = null;
        while (position < body.Length)
        {
            var end = body[position..].IndexOf((byte)'\n');
            var next = end < 0 ? body.Length : position + end;
            var line = new Range(position, next);
            position = next + 1;
            lineNumber++;
            if (body[line].Trim(" \t\r"u8).IsEmpty)
                continue;

            if (action is { } waiting)
            {
                items.Add(new(waiting.Operation, waiting.Index, waiting.Id, line));
                action = null;
                continue;
            }
            if (ActionOf(body[line]) is not { } found)
                return $"Line {lineNumber} should be an action such as {{\"create\":{{}}}} and is \"{Start(body[line])}\".";

            if (found.Operation == "delete")
                items.Add(new(found.Operation, found.Index, found.Id, default));
            else
                action = found;
        }
        return action is null ? null : $"The action on the last line ({lineNumber}) has no document after it.";
    }

    private static (string Operation, string? Index, string? Id)? ActionOf(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject || !reader.Read())
                return null;
            var operation = reader.GetString();
            if (operation is not ("create" or "index" or "update" or "delete") || !reader.Read())
                return null;

            string? index = null;
            string? id = null;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString();
                reader.Read();
                if (name == "_index" && reader.TokenType == JsonTokenType.String)
                    index = reader.GetString();
                else if (name == "_id" && reader.TokenType == JsonTokenType.String)
                    id = reader.GetString();
                else
                    reader.Skip();
            }
            return (operation, index, id);
        }
        catch (JsonException)
        {
            return null;
        }
        catch (InvalidOperationException) // a number where a name should be, or text that is not UTF-8
        {
            return null;
        }
    }

    private static string Start(ReadOnlySpan<byte> line) => Encoding.UTF8.GetString(line[..Math.Min(60, line.Length)]);
}
