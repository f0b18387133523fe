using Npgsql;

namespace Denywatch.Storage;

/// <summary>
/// Makes the partitions of the machine tables ahead of need and drops those past their retention. A batch whose slices
/// reach further back asks for theirs before its transaction.
/// </summary>
public sealed class Partitions(NpgsqlDataSource source)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>What is older goes to the partition <c>flows_before_2025</c>.</summary>
    private static readonly DateTimeOffset FirstDay = new(2025, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const long PartitionLock = 0x44454E5A;

    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, bool> known = new(
        StringComparer.Ordinal
    );

    /// <summary>Partitions for the next hours and days; called at start and by a task.</summary>
    public async Task EnsureAsync(DateTimeOffset now, CancellationToken ct)
    {
        for (var hour = -1; hour <= 3; hour++)
            await EnsureAsync("recent_flows", now + (hour * Hour), Hour, ct);
        for (var day = -1; day <= 2; day++)
        {
            await EnsureAsync("raw_lines", now + (day * Day), Day, ct);
            await EnsureAsync("flows", now + (day * Day), Day, ct);
        }
    }

    /// <summary>The daily flow partitions that hold <paramref name="slices"/>.</summary>
    public async Task EnsureFlowsAsync(IEnumerable<DateTimeOffset> slices, CancellationToken ct)
    {
        foreach (var day in slices.Where(slice => slice >= FirstDay).Select(slice => Start(slice, Day)).Distinct())
            await EnsureAsync("flows", day, Day, ct);
    }

    /// <summary>The partitions that a batch received at <paramref name="receivedAt"/> is appended to.</summary>
    public async Task EnsureReceivedAsync(DateTimeOffset receivedAt, CancellationToken ct)
    {
        await EnsureAsync("recent_flows", receivedAt, Hour, ct);
        await EnsureAsync("raw_lines", receivedAt, Day, ct);
    }

    /// <summary>Names of the hourly partitions that ended at or before <paramref name="before"/>, oldest first.</summary>
    public async Task<List<string>> ClosedHoursAsync(DateTimeOffset before, CancellationToken ct)
    {
        var names = await NamesAsync("recent_flows", ct);
        var last = NameOf("recent_flows", before - Hour, Hour);
        return names.FindAll(name => string.CompareOrdinal(name, last) <= 0);
    }

    /// <summary>The days that flows are kept of, oldest first: before them nothing can be counted anew.</summary>
    public async Task<List<DateTimeOffset>> FlowDaysAsync(CancellationToken ct)
    {
        // By name and not by rows: asking ten million of them takes a second.
        var names = await NamesAsync("flows", ct);
        List<DateTimeOffset> days = [];
        foreach (var name in names)
        {
            if (
                DateTimeOffset.TryParseExact(
                    name[(name.LastIndexOf('_') + 1)..],
                    "yyyyMMdd",
                    System.Globalization.CultureInfo.InvariantCulture,
                    System.Globalization.DateTimeStyles.AssumeUniversal,
                    out var day
                )
            )
                days.Add(day);
        }
        return days;
    }

    /// <summary>The partition is gone: make it again if it is asked for again.</summary>
    public void Forget(string name) => known.TryRemove(name, out _);

    /// <summary>Drops what is older than its retention; gives the names of the partitions dropped.</summary>
    public async Task<List<string>> DropOldAsync(
        DateTimeOffset now,
        TimeSpan keepFlows,
        TimeSpan keepLines,
        CancellationToken ct
    )
    {
        List<string> dropped = [];
        foreach (var (table, keep) in new[] { ("flows", keepFlows), ("raw_lines", keepLines) })
        {
            var oldest = NameOf(table, now - keep, Day);
            foreach (var name in await NamesAsync(table, ct))
            {
                if (string.CompareOrdinal(name, oldest) >= 0) // flows_before_2025 too: only import writes there
                    continue;

                await using var connection = await source.OpenConnectionAsync(ct);
                await connection.ExecuteAsync($"DROP TABLE IF EXISTS {name}", ct);
                Forget(name);
                dropped.Add(name);
            }
        }
        return dropped;
    }

    private async Task EnsureAsync(string table, DateTimeOffset at, TimeSpan span, CancellationToken ct)
    {
        var name = NameOf(table, at, span);
        if (known.ContainsKey(name))
            return;

        var from = Start(at, span);
        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        await connection.ExecuteAsync("SELECT pg_advisory_xact_lock(@lock)", ct, ("lock", PartitionLock));
        // Made apart and attached, so that readers and writers of the parent do not wait.
        if (await connection.ScalarAsync<string>("SELECT to_regclass(@name)::text", ct, ("name", name)) is null)
        {
            await connection.ExecuteAsync(
                $"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
                ct
            );
            await connection.ExecuteAsync(
                $"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ('{from:O}') TO ('{from + span:O}')",
                ct
            );
        }
        await transaction.CommitAsync(ct);
        known[name] = true;
    }

    private async Task<List<string>> NamesAsync(string table, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.RowsAsync(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = @table::regclass ORDER BY 1",
            reader => reader.GetString(0),
            ct,
            ("table", table)
        );
    }

    private static DateTimeOffset Start(DateTimeOffset at, TimeSpan span) =>
        new(at.UtcTicks - (at.UtcTicks % span.Ticks), TimeSpan.Zero);

    private static string NameOf(string table, DateTimeOffset at, TimeSpan span) =>
        $"{table}_{Start(at, span).UtcDateTime.ToString(span == Hour ? "yyyyMMddHH" : "yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture)}";
}
