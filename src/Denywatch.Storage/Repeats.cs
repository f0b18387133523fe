namespace Denywatch.Storage;

/// <summary>Lines of a body that were stored before, by a batch whose answer never arrived.</summary>
/// <param name="Positions">Which lines of the body, 0-based, are repeats.</param>
/// <param name="Remaining">For each batch that was repeated: the hashes of its lines that were not.</param>
public sealed record Repeats(IReadOnlySet<int> Positions, IReadOnlyList<(Guid Batch, long[] Hashes)> Remaining)
{
    public static Repeats None { get; } = new(new HashSet<int>(), []);

    /// <summary>
    /// A stored line answers for one line of the body at most, so that identical lines of one body all count. Bodies may
    /// come again cut differently: rsyslog sends a failed batch of 500 again one by one.
    /// </summary>
    public static Repeats Of(IReadOnlyList<(Guid Id, long[] Hashes)> unanswered, long[] hashes)
    {
        if (unanswered.Count == 0)
            return None;

        HashSet<int> positions = [];
        List<(Guid, long[])> remaining = [];
        foreach (var (id, stored) in unanswered)
        {
            var left = stored.GroupBy(hash => hash).ToDictionary(group => group.Key, group => group.Count());
            var before = positions.Count;
            for (var i = 0; i < hashes.Length; i++)
            {
                if (positions.Contains(i) || left.GetValueOrDefault(hashes[i]) == 0)
                    continue;

                left[hashes[i]]--;
                positions.Add(i);
            }
            if (positions.Count > before)
                remaining.Add((id, [.. left.SelectMany(pair => Enumerable.Repeat(pair.Key, pair.Value))]));
        }
        return positions.Count == 0 ? None : new(positions, remaining);
    }
}
