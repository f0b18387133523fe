using System.Net;

namespace Denywatch.Events.Flows;

/// <summary>
/// Which sources send a thousandth or more of what came since the cap was reached: "space-saving" counters (Metwally et
/// al. 2005). With twice a thousand of them no such source can hide.
/// </summary>
internal sealed class HeavySources
{
    private const int Counters = 2000;
    private const int Share = 1000;

    // Below this, being a thousandth says nothing.
    private const long Least = 10;

    private readonly Dictionary<IPAddress, (long Count, long Error)> counters = new(Counters);
    private readonly PriorityQueue<IPAddress, long> smallest = new(Counters);
    private long total;

    /// <summary>Counts a source; true when it is heavy by now.</summary>
    public bool Add(IPAddress source, long count)
    {
        total += count;
        if (counters.TryGetValue(source, out var counter))
            counter.Count += count;
        else if (counters.Count < Counters)
            counter = (count, 0);
        else
            counter = Replace(count);

        var isNew = !counters.ContainsKey(source);
        counters[source] = counter;
        if (isNew)
            smallest.Enqueue(source, counter.Count);
        return counter.Count - counter.Error >= Math.Max(Least, total / Share);
    }

    /// <summary>Takes over the smallest counter: the new source may have been counted by it, hence the error.</summary>
    private (long Count, long Error) Replace(long count)
    {
        while (true)
        {
            // Priorities go stale as counters grow: a stale one is put back where it belongs.
            smallest.TryDequeue(out var candidate, out var priority);
            var current = counters[candidate!].Count;
            if (current > priority)
            {
                smallest.Enqueue(candidate!, current);
                continue;
            }
            counters.Remove(candidate!);
            return (current + count, current);
        }
    }
}
