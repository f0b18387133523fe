using System.Collections.Concurrent;

namespace Denywatch.Web.Live;

/// <summary>
/// What many windows ask for because something changed is read once for all that show the same: two hundred colleagues on
/// one view cost one query. Nothing is kept past the next change, and no more is read at once than there are cores, so that
/// windows never take all connections.
/// </summary>
public sealed class SharedAnswers(LiveTopics topics) : IDisposable
{
    private readonly ConcurrentDictionary<(long Published, string Question), Lazy<Task<object>>> answers = new();
    private readonly SemaphoreSlim reading = new(Environment.ProcessorCount);

    /// <param name="question">Whoever asks the same gets the same answer; an address, say.</param>
    /// <param name="read">Goes on when its asker is gone: others wait for it.</param>
    public async Task<T> OfAsync<T>(string question, Func<Task<T>> read, CancellationToken ct)
        where T : class
    {
        var key = (topics.Published, question);
        foreach (var (old, _) in answers)
        {
            if (old.Published < key.Published)
                answers.TryRemove(old, out _);
        }
        var answer = answers.GetOrAdd(key, _ => new(() => ReadAsync(read)));
        try
        {
            return (T)await answer.Value.WaitAsync(ct);
        }
        finally
        {
            if (answer.Value.IsFaulted)
                answers.TryRemove(key, out _); // so that trying again does
        }
    }

    public void Dispose() => reading.Dispose();

    private async Task<object> ReadAsync<T>(Func<Task<T>> read)
        where T : class
    {
        await reading.WaitAsync();
        try
        {
            return await read();
        }
        finally
        {
            reading.Release();
        }
    }
}
