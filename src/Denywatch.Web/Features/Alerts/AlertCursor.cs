namespace Denywatch.Web.Features.Alerts;

/// <summary>Where someone is in the list, and what they chose: survives rows that scroll away or change.</summary>
public sealed class AlertCursor
{
    private readonly HashSet<long> chosen = [];

    public IReadOnlyList<long> Ids { get; private set; } = [];

    /// <summary>The row the keyboard is on; null before the first key.</summary>
    public long? Current { get; private set; }

    public IReadOnlyCollection<long> Chosen => chosen;

    public int Index => Current is { } id ? IndexOf(id) : -1;

    /// <summary>What a deed is for: the chosen rows, in order, or else the current one.</summary>
    public IReadOnlyList<long> Targets =>
        chosen.Count > 0 ? [.. Ids.Where(chosen.Contains)]
        : Current is { } id ? [id]
        : [];

    /// <summary>A new list: keeps the place and drops what is not in it any more.</summary>
    public void Show(IReadOnlyList<long> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var place = Index;
        Ids = ids;
        chosen.IntersectWith(ids);
        if (Current is { } id && IndexOf(id) < 0)
            Current = ids.Count == 0 ? null : ids[Math.Clamp(place, 0, ids.Count - 1)];
    }

    /// <summary>One down or up; the first key goes to the first row.</summary>
    public long? Move(int by)
    {
        if (Ids.Count == 0)
            return null;

        var place = Index < 0 ? 0 : Math.Clamp(Index + by, 0, Ids.Count - 1);
        Current = Ids[place];
        return Current;
    }

    public void GoTo(long id) => Current = id;

    public void Toggle(long id)
    {
        if (!chosen.Remove(id))
            chosen.Add(id);
    }

    public void ChooseAll(int most) => chosen.UnionWith(Ids.Take(most));

    public void ChooseNone() => chosen.Clear();

    private int IndexOf(long id)
    {
        for (var i = 0; i < Ids.Count; i++)
        {
            if (Ids[i] == id)
                return i;
        }
        return -1;
    }
}
