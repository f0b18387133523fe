using System.Text.Json;

namespace Denywatch.Web.Ui;

/// <summary>One JSON object a line, written while they are read.</summary>
public static class Ndjson
{
    private static readonly byte[] newLine = [(byte)'\n'];

    public static async Task WriteAsync<T>(IAsyncEnumerable<T> items, Stream to, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(items);
        ArgumentNullException.ThrowIfNull(to);
        await foreach (var item in items.WithCancellation(ct))
        {
            await JsonSerializer.SerializeAsync(to, item, JsonSerializerOptions.Web, ct);
            await to.WriteAsync(newLine, ct);
        }
    }
}
