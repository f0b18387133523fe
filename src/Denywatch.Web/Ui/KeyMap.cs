namespace Denywatch.Web.Ui;

/// <summary>One key of a page, as the help overlay lists it.</summary>
/// <param name="Key">As the browser names it: <c>j</c>, <c>Enter</c>, <c>ArrowDown</c>.</param>
/// <param name="Does">What it does: "Next alert".</param>
/// <param name="Run">Null where the page listens itself (a list that has the focus).</param>
public sealed record PageKey(string Key, string Does, Func<Task>? Run = null);

/// <summary>The keys of the parts that are on screen now; given to them by the layout, filled by <c>PageKeys</c>.</summary>
public sealed class KeyMap
{
    private readonly List<(object Owner, IReadOnlyList<PageKey> Keys)> owners = [];

    internal Func<Task>? Changed { get; set; }

    public IEnumerable<PageKey> All => owners.SelectMany(owner => owner.Keys);

    public IReadOnlyList<string> Pressable => [.. All.Where(key => key.Run is not null).Select(key => key.Key)];

    public Task SetAsync(object owner, IReadOnlyList<PageKey> keys)
    {
        var before = Pressable;
        var at = owners.FindIndex(entry => entry.Owner == owner);
        if (keys.Count == 0 && at >= 0)
            owners.RemoveAt(at);
        else if (at >= 0)
            owners[at] = (owner, keys);
        else if (keys.Count > 0)
            owners.Add((owner, keys));

        // Every render of a page comes here; the browser hears of it only when its keys are others.
        return Changed is null || before.SequenceEqual(Pressable, StringComparer.Ordinal)
            ? Task.CompletedTask
            : Changed();
    }

    /// <summary>The part that came last wins: a panel over a list takes the list's keys.</summary>
    public Task PressAsync(string key) =>
        All.LastOrDefault(candidate => candidate.Key == key && candidate.Run is not null)?.Run?.Invoke()
        ?? Task.CompletedTask;
}
