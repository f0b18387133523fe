using System.Net;
using Denywatch.Events.Assets;

namespace Denywatch.Web.Features.Assets;

/// <summary>An asset that a file says something else of.</summary>
public sealed record AssetChange(AssetEntry Before, AssetEntry After);

/// <summary>What an import would do, or did.</summary>
/// <param name="Same">Entries that stand as they are.</param>
public sealed record AssetPlan(
    IReadOnlyList<AssetEntry> New,
    IReadOnlyList<AssetChange> Changed,
    int Same,
    IReadOnlyList<AssetProblem> Wrong
)
{
    public bool ChangesNothing => New.Count == 0 && Changed.Count == 0;

    public static AssetPlan Of(AssetFile file, IEnumerable<AssetEntry> existing)
    {
        ArgumentNullException.ThrowIfNull(file);
        Dictionary<IPNetwork, AssetEntry> known = [];
        foreach (var entry in existing)
            known.Add(entry.Network, entry);

        List<AssetEntry> added = [];
        List<AssetChange> changed = [];
        var same = 0;
        foreach (var entry in file.Entries)
        {
            if (!known.TryGetValue(entry.Network, out var before))
                added.Add(entry);
            else if (before == entry)
                same++;
            else
                changed.Add(new(before, entry));
        }
        return new(added, changed, same, file.Problems);
    }
}
