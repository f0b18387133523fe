using Denywatch.Events.Integrations;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.DataSources;

/// <summary>Events a minute over a stretch of time, by verdict.</summary>
public readonly record struct VerdictRates(double Denied, double Allowed, double Other, double Rejected)
{
    public double All => Denied + Allowed + Other + Rejected;

    public static VerdictRates operator +(VerdictRates left, VerdictRates right) =>
        new(
            left.Denied + right.Denied,
            left.Allowed + right.Allowed,
            left.Other + right.Other,
            left.Rejected + right.Rejected
        );
}

/// <summary>An open alarm of a source that goes on sending.</summary>
public readonly record struct SourceNotice(SourceAlarmKind Kind, DateTimeOffset Since);

/// <summary>One source as the list shows it.</summary>
/// <param name="Integration">How the product calls itself.</param>
/// <param name="Rates">Of the last six hours, a slice each; null where no line came.</param>
/// <param name="Rejects">Lines not understood, since it was first seen.</param>
/// <param name="AlarmSince">Since when it is quiet or late, and that was told; null while it is not.</param>
/// <param name="Notices">What else was told of it and is not over.</param>
public sealed record SourceRow(
    int Id,
    string Sender,
    string IntegrationName,
    string Integration,
    string Firewall,
    DateTimeOffset? LastEventAt,
    DateTimeOffset LastReceivedAt,
    IReadOnlyList<VerdictRates?> Rates,
    long Rejects,
    SourceHealth Health,
    DateTimeOffset? AlarmSince,
    IReadOnlyList<SourceNotice> Notices
)
{
    /// <summary>Events a minute over the last whole quarter of an hour.</summary>
    public double PerMinute => Rates.TakeLast(3).Average(rate => rate?.All ?? 0);
}

/// <summary>One source with all that its page shows.</summary>
/// <param name="From">Start of the first of <paramref name="Rates"/>.</param>
/// <param name="Suppressed">Lines that the device says it left out in this stretch: its counts are "at least".</param>
/// <param name="Firewalls">Names of firewalls that this source's may be another name of.</param>
/// <param name="Step">Time that each of them stands for: a multiple of a slice, so that a month is drawn as fast as a day.</param>
public sealed record SourceDetail(
    DataSource Source,
    SourceHealth Health,
    DateTimeOffset From,
    TimeSpan Step,
    IReadOnlyList<VerdictRates?> Rates,
    IReadOnlyList<Reject> Rejects,
    IReadOnlyList<IntakeGap> Gaps,
    long Suppressed,
    IReadOnlyList<string> Firewalls,
    IReadOnlyList<SourceAlarm> Alarms
);

/// <summary>How one source is doing.</summary>
public sealed record SourceStanding(int Id, DateTimeOffset LastReceivedAt, SourceHealth Health);

/// <summary>What pages ask about data sources.</summary>
public sealed class DataSourceQueries(
    IDbContextFactory<DenywatchDb> dbs,
    NpgsqlDataSource source,
    SourceRhythms rhythms,
    TimeProvider clock
)
{
    public const int SlicesListed = 72;

    private const int MostDrawn = 600;

    /// <summary>The time that each of a row's rates stands for.</summary>
    public static readonly TimeSpan Slice = TimeSpan.FromMinutes(5);

    private const string Slices = """
        SELECT data_source_id, slice, denied, allowed, unanswered + none, rejected
        FROM source_slices
        WHERE slice >= @from AND slice < @to AND (@id = 0 OR data_source_id = @id)
        """;

    /// <summary>Every source; those that want a look first.</summary>
    public async Task<IReadOnlyList<SourceRow>> AllAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = await dbs.CreateDbContextAsync(ct);
        var sources = await db.DataSources.AsNoTracking().Include(s => s.Firewall).ToListAsync(ct);
        var rejects = await db
            .Rejects.GroupBy(reject => reject.DataSourceId)
            .Select(group => new { group.Key, Count = group.Sum(reject => reject.Count) })
            .ToDictionaryAsync(row => row.Key, row => row.Count, ct);

        await using var connection = await source.OpenConnectionAsync(ct);
        var health = (await StandingsAsync(db, sources.ConvertAll(TimesOf), ct)).ToDictionary(
            row => row.Id,
            row => row.Health
        );
        var alarms = await db.SourceAlarms.AsNoTracking().Where(alarm => alarm.EndedAt == null).ToListAsync(ct);
        var (from, to) = (Aligned(now) - SlicesListed * Slice, Aligned(now));
        var rates = await RatesAsync(connection, 0, from, to, Slice, ct);

        return
        [
            .. sources
                .Select(s => new SourceRow(
                    s.Id,
                    s.Sender,
                    s.Integration,
                    TitleOf(s.Integration),
                    s.Firewall.Name,
                    s.LastEventAt,
                    s.LastReceivedAt,
                    rates.GetValueOrDefault(s.Id) ?? new VerdictRates?[SlicesListed],
                    rejects.GetValueOrDefault(s.Id),
                    health[s.Id],
                    alarms
                        .Where(alarm => alarm.DataSourceId == s.Id && !alarm.MayBeDismissed)
                        .Min(alarm => (DateTimeOffset?)alarm.Since),
                    [
                        .. alarms
                            .Where(alarm =>
                                alarm.MayBeDismissed && (alarm.DataSourceId == s.Id || alarm.OtherSourceId == s.Id)
                            )
                            .Select(alarm => new SourceNotice(alarm.Kind, alarm.Since)),
                    ]
                ))
                .OrderBy(row => row.Health.State is Ui.LampState.Ok)
                .ThenBy(row => row.Notices.Count == 0)
                .ThenBy(row => row.Firewall, StringComparer.OrdinalIgnoreCase)
                .ThenBy(row => row.Integration, StringComparer.Ordinal),
        ];
    }

    public async Task<SourceDetail?> FindAsync(int id, DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (
            await db
                .DataSources.AsNoTracking()
                .Include(s => s.Firewall)
                    .ThenInclude(f => f.AliasOf)
                .SingleOrDefaultAsync(s => s.Id == id, ct)
            is not { } found
        )
            return null;

        var rejects = await db
            .Rejects.AsNoTracking()
            .Where(reject => reject.DataSourceId == id)
            .OrderByDescending(reject => reject.LastAt)
            .Take(100)
            .ToListAsync(ct);
        var gaps = await db
            .IntakeGaps.AsNoTracking()
            .Where(gap => gap.To >= from && gap.From < to)
            .OrderByDescending(gap => gap.From)
            .Take(50)
            .ToListAsync(ct);

        await using var connection = await source.OpenConnectionAsync(ct);
        var standing = (await StandingsAsync(db, [TimesOf(found)], ct))[0];
        var (start, end) = (Aligned(from), Aligned(to));
        var step = Slice * Math.Max(1, Math.Ceiling((end - start) / Slice / MostDrawn));
        var rates = (await RatesAsync(connection, id, start, end, step, ct)).GetValueOrDefault(id);
        return new(
            found,
            standing.Health,
            start,
            step,
            rates ?? new VerdictRates?[Places(start, end, step)],
            rejects,
            gaps,
            await connection.ScalarAsync<long>(
                """
                SELECT coalesce(sum(suppressed), 0)::bigint FROM source_slices
                WHERE data_source_id = @id AND slice >= @from AND slice < @to AND suppressed > 0
                """,
                ct,
                ("id", id),
                ("from", start),
                ("to", end)
            ),
            await db
                .Firewalls.Where(f => f.AliasOfId == null && f.Id != found.FirewallId)
                .OrderBy(f => f.Name)
                .Select(f => f.Name)
                .Take(1_000)
                .ToListAsync(ct),
            await db
                .SourceAlarms.AsNoTracking()
                .Where(alarm => alarm.DataSourceId == id || alarm.OtherSourceId == id)
                .OrderByDescending(alarm => alarm.RaisedAt)
                .Take(50)
                .ToListAsync(ct)
        );
    }

    /// <summary>How a product calls itself; the name itself where we do not know it.</summary>
    public static string TitleOf(string integration) =>
        integration switch
        {
            "unknown" => "not recognised",
            "mapped" => "own mapping",
            _ => Catalogue.Find(integration)?.Title ?? integration,
        };

    /// <summary>How every source is doing, by its own rhythm.</summary>
    public async Task<IReadOnlyList<SourceStanding>> HealthAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await StandingsAsync(
            db,
            await db.DataSources.Select(s => new SourceTimes(s.Id, s.LastReceivedAt, s.LagSeconds)).ToListAsync(ct),
            ct
        );
    }

    private static SourceTimes TimesOf(DataSource source) => new(source.Id, source.LastReceivedAt, source.LagSeconds);

    private async Task<List<SourceStanding>> StandingsAsync(
        DenywatchDb db,
        List<SourceTimes> sources,
        CancellationToken ct
    )
    {
        var now = clock.GetUtcNow();
        var known = await rhythms.OfAsync(sources, now, ct);
        var late = await db
            .SourceAlarms.Where(alarm => alarm.EndedAt == null && alarm.Kind == SourceAlarmKind.Late)
            .Select(alarm => alarm.DataSourceId)
            .ToListAsync(ct);
        return sources.ConvertAll(s => new SourceStanding(
            s.Id,
            s.LastReceivedAt,
            SourceHealth.Of(
                s.LastReceivedAt,
                known.GetValueOrDefault(s.Id, SourceRhythm.Unknown),
                TimeSpan.FromSeconds(s.LagSeconds),
                now,
                late.Contains(s.Id)
            )
        ));
    }

    private static async Task<Dictionary<int, VerdictRates?[]>> RatesAsync(
        NpgsqlConnection connection,
        int id,
        DateTimeOffset from,
        DateTimeOffset to,
        TimeSpan step,
        CancellationToken ct
    )
    {
        var rows = await connection.RowsAsync(
            Slices,
            row =>
                (
                    Id: row.GetInt32(0),
                    Slice: row.Time(1),
                    Rates: new VerdictRates(PerMinute(row, 2), PerMinute(row, 3), PerMinute(row, 4), PerMinute(row, 5))
                ),
            ct,
            ("from", from),
            ("to", to),
            ("id", id)
        );
        var length = Places(from, to, step);
        var rates = new Dictionary<int, VerdictRates?[]>();
        foreach (var row in rows)
        {
            if (!rates.TryGetValue(row.Id, out var places))
                rates[row.Id] = places = new VerdictRates?[length];
            var at = (int)((row.Slice - from) / step);
            places[at] = (places[at] ?? default) + row.Rates;
        }
        return rates;

        double PerMinute(NpgsqlDataReader row, int column) => row.GetInt64(column) / step.TotalMinutes;
    }

    private static int Places(DateTimeOffset from, DateTimeOffset to, TimeSpan step) =>
        (int)Math.Max(0, Math.Ceiling((to - from) / step));

    private static DateTimeOffset Aligned(DateTimeOffset at) =>
        new(at.UtcTicks - (at.UtcTicks % Slice.Ticks), TimeSpan.Zero);
}
