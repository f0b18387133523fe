using System.Collections.Concurrent;
using Denywatch.Events;
using Denywatch.Storage;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>Whether lines come as they happen or from a file of the past.</summary>
public enum EventReading
{
    Live,
    Import,
}

/// <summary>What is known about a sender, and its readers, which remember the format it speaks.</summary>
public sealed class Sender(string name, string? pinned, TimeZoneInfo zone, BatchParts parts) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly ConcurrentBag<EventReader> readers = [];

    /// <summary><c>token:NAME</c> or <c>syslog:ADDRESS</c>.</summary>
    public string Name => name;

    public TimeZoneInfo Zone => zone;

    internal DateTimeOffset ReadAt { get; init; }

    /// <summary>Waits until no other request of this sender looks for repeats.</summary>
    public async Task<IDisposable> TurnAsync(CancellationToken ct)
    {
        await turn.WaitAsync(ct);
        return new Turn(turn);
    }

    public void Dispose() => turn.Dispose();

    /// <summary>A batch of its lines; an import gets a reader of its own, since files begin anew.</summary>
    public BatchBuilder NewBatch(EventReading reading = EventReading.Live)
    {
        var reader = reading == EventReading.Live && readers.TryTake(out var used) ? used : new EventReader(pinned);
        return new(this, reader, reading, parts);
    }

    internal void Return(EventReader reader) => readers.Add(reader);

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        private int released;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref released, 1) == 0)
                turn.Release();
        }
    }
}

/// <summary>What every batch is built with.</summary>
public sealed class BatchParts(Enrichment enrichment, TimeProvider clock, Settings settings)
{
    public Enrichment Enrichment => enrichment;
    public TimeProvider Clock => clock;
    public TimeSpan Retention { get; } = TimeSpan.FromDays(settings.KeepFlowsDays);
}

/// <summary>Senders by name, with the settings their data sources were given.</summary>
public sealed class Senders(IDbContextFactory<DenywatchDb> dbs, BatchParts parts)
{
    /// <summary>A changed pin or zone holds after this long at most.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);

    private const int MostRemembered = 20_000;

    private readonly ConcurrentDictionary<string, Sender> known = new(StringComparer.Ordinal);

    public async ValueTask<Sender> FindAsync(string name, CancellationToken ct)
    {
        var now = parts.Clock.GetUtcNow();
        if (known.TryGetValue(name, out var sender) && sender.ReadAt > now - Remembered)
            return sender;

        string? pinned = null;
        var zone = TimeZoneInfo.Utc;
        try
        {
            await using var db = await dbs.CreateDbContextAsync(ct);
            var settings = await db
                .DataSources.Where(source => source.Sender == name)
                .OrderByDescending(source => source.PinnedIntegration != null)
                .Select(source => new { source.PinnedIntegration, source.TimeZone })
                .FirstOrDefaultAsync(ct);
            pinned = settings?.PinnedIntegration;
            if (settings is not null && TimeZoneInfo.TryFindSystemTimeZoneById(settings.TimeZone, out var found))
                zone = found;
        }
        catch (Exception away) when (Committer.IsAway(away) && sender is not null)
        {
            return sender; // what was known before is better than losing lines now
        }

        if (known.Count >= MostRemembered)
            known.Clear();
        return known[name] = new(name, pinned, zone, parts) { ReadAt = now };
    }
}
