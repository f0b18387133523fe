using Denywatch.Detection;
using Denywatch.Events;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Scoring;

/// <summary>A steady month of two firewalls, scored up to the bucket that is open; the clock stands still.</summary>
public sealed class ScannedMonth : IAsyncDisposable
{
    public const string Scanner = "10.20.0.9";

    public static readonly TimeSpan Span = TimeSpan.FromMinutes(15);

    private ScannedMonth(Worker node, DateTimeOffset now) => (Node, Now) = (node, now);

    public Worker Node { get; }
    public DateTimeOffset Now { get; }

    /// <summary>Start of the open bucket.</summary>
    public DateTimeOffset Open => CountedSpan.StartOf(Now, Span);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<ScannedMonth> NewAsync(PostgresFixture postgres)
    {
        var now = DateTimeOffset.UtcNow;
        var month = new ScannedMonth(await Worker.NewAsync(postgres, now), now);
        await month.Node.DenyAsync(now.AddDays(-28), month.Open, Steady);
        await month.Node.DenyAsync(now.AddDays(-28), month.Open, Steady, "fw-2");
        await month.ScoreAsync();
        await month.Node.LookAsync(); // opens the bucket
        return month;
    }

    /// <summary>Denies of the scanner in the first slice of the open bucket, counted and judged at once.</summary>
    public async Task ScanAsync(int denies)
    {
        await Node.DenyAsync(Open, Open + DenyFlow.SliceSpan, _ => denies, source: Scanner, port: 445);
        await Node.LookAsync();
        await Node.LookAsync();
    }

    public async Task ScoreAsync()
    {
        await Node.LookAsync();
        await Node.CloseAsync();
    }

    /// <summary>Alerts that hold the open bucket.</summary>
    public async Task<List<Alert>> LiveAsync()
    {
        await using var db = await Node.DbAsync();
        return await db
            .Alerts.Include(alert => alert.Notes.OrderBy(note => note.Id))
            .Where(alert => alert.LastBucket == Open)
            .OrderBy(alert => alert.Id)
            .ToListAsync(Stop);
    }

    public ValueTask DisposeAsync() => Node.DisposeAsync();

    private static int Steady(DateTimeOffset slice) =>
        30 + (int)(slice.UtcTicks / DenyFlow.SliceSpan.Ticks * 7919 % 11);
}
