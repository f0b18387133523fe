namespace Denywatch.Web.Ui;

/// <summary>
/// A long list as it stood when it was opened: how many rows, and the key of every hundredth. A page is read from the key
/// before it on, so the last is as quick as the first, and rows that arrive meanwhile move nothing.
/// </summary>
/// <param name="Firsts">Keys of rows 0, 100, 200, ...; keys fall along the list.</param>
public sealed record KeyPages(int Total, IReadOnlyList<long> Firsts)
{
    public const int Size = 100;

    public static async Task<KeyPages> OfAsync(IAsyncEnumerable<long> keys, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(keys);
        List<long> firsts = [];
        var total = 0;
        await foreach (var key in keys.WithCancellation(ct))
        {
            if (total++ % Size == 0)
                firsts.Add(key);
        }
        return new(total, firsts);
    }

    /// <summary>Rows <paramref name="start"/> and following.</summary>
    /// <param name="page">Reads so many rows from a key on, that row included.</param>
    public async Task<IReadOnlyList<T>> RowsAsync<T>(int start, int count, Func<long, int, Task<IReadOnlyList<T>>> page)
    {
        ArgumentNullException.ThrowIfNull(page);
        if (start >= Total)
            return [];

        var skip = start % Size;
        var rows = await page(Firsts[start / Size], skip + Math.Min(count, Total - start));
        return [.. rows.Skip(skip)];
    }
}
