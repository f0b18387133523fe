using System.Collections.Concurrent;
using Denywatch.Events;
using Denywatch.Events.Integrations.Mapped;
using Denywatch.Storage;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>Whether lines come as they happen or from a file of the past.</summary>
public enum EventReading
{
    Live,
    Import,
}

/// <summary>How the lines of a sender are read.</summary>
/// <param name="Pinned">Name of the only integration to use; null to recognise each line.</param>
/// <param name="Zone">Of times that state none.</param>
/// <param name="Mapping">Read by this alone, whatever is pinned; null where there is none.</param>
public sealed record SenderSettings(string? Pinned, TimeZoneInfo Zone, bool CountsUnanswered, FieldMapping? Mapping)
{
    public static SenderSettings Default { get; } = new(null, TimeZoneInfo.Utc, false, null);

    public EventReader NewReader() => Mapping is null ? new(Pinned) : new(Mapping);
}

/// <summary>What is known about a sender, and its readers, which remember the format it speaks.</summary>
public sealed class Sender(string name, SenderSettings settings, BatchParts parts) : IDisposable
{
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly ConcurrentBag<EventReader> readers = [];

    /// <summary><c>token:NAME</c> or <c>syslog:ADDRESS</c>.</summary>
    public string Name => name;

    public TimeZoneInfo Zone => settings.Zone;

    public bool CountsUnanswered => settings.CountsUnanswered;

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
        var reader = reading == EventReading.Live && readers.TryTake(out var used) ? used : settings.NewReader();
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
public sealed class Senders : IDisposable
{
    /// <summary>A change whose announcement was missed holds after this long.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);

    private const int MostRemembered = 20_000;

    private readonly ConcurrentDictionary<string, Sender> known = new(StringComparer.Ordinal);
    private readonly IDbContextFactory<DenywatchDb> dbs;
    private readonly BatchParts parts;
    private readonly IDisposable subscription;

    public Senders(IDbContextFactory<DenywatchDb> dbs, BatchParts parts, SourceDirectory directory, LiveTopics live)
    {
        (this.dbs, this.parts) = (dbs, parts);
        subscription = live.Subscribe(
            Topic.SenderSettings,
            () =>
            {
                known.Clear();
                directory.Forget();
                return Task.CompletedTask;
            }
        );
    }

    public void Dispose() => subscription.Dispose();

    public async ValueTask<Sender> FindAsync(string name, CancellationToken ct)
    {
        var now = parts.Clock.GetUtcNow();
        if (known.TryGetValue(name, out var sender) && sender.ReadAt > now - Remembered)
            return sender;

        SenderSettings settings;
        try
        {
            settings = await SettingsOfAsync(name, ct);
        }
        catch (Exception away) when (Committer.IsAway(away) && sender is not null)
        {
            return sender; // what was known before is better than losing lines now
        }

        if (known.Count >= MostRemembered)
            known.Clear();
        return known[name] = new(name, settings, parts) { ReadAt = now };
    }

    /// <summary>Reads the sender's settings anew when its next line comes.</summary>
    public void Forget(string name) => known.TryRemove(name, out _);

    private async Task<SenderSettings> SettingsOfAsync(string name, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var stored = await db
            .DataSources.Where(source => source.Sender == name)
            .OrderByDescending(source => source.PinnedIntegration != null)
            .Select(source => new
            {
                source.Mapping,
                source.PinnedIntegration,
                source.TimeZone,
                source.CountsUnanswered,
            })
            .FirstOrDefaultAsync(ct);
        if (stored is null)
            return SenderSettings.Default;

        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(stored.TimeZone, out var found) ? found : TimeZoneInfo.Utc;
        return new(stored.PinnedIntegration, zone, stored.CountsUnanswered, MappingJson.Read(stored.Mapping));
    }
}
