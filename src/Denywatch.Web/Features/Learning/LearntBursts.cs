using System.Globalization;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Learning;

/// <summary>A burst that a series' model expects to come back, and what was said of it.</summary>
/// <param name="Series">Name of the firewall; "All firewalls" for the total.</param>
/// <param name="TimeZone">Of the site, IANA.</param>
/// <param name="IsNormal">Null while nobody has answered.</param>
public sealed record ExpectedBurst(
    int SeriesId,
    string Series,
    string TimeZone,
    TimeSpan BucketSpan,
    LearntBurst Burst,
    bool? IsNormal,
    string? AnsweredBy,
    DateTimeOffset? AnsweredAt
);

/// <summary>
/// What models have come to expect by themselves, for people to judge: accepted it is asked about no more, refused it is not
/// expected from the next bucket on and not learnt again at that time.
/// </summary>
public sealed class LearntBursts(IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source, TimeProvider clock)
{
    private const string Models = $"""
        SELECT s.id, s.partition, j.partition_field,
               {SeriesZones.Zone}, j.bucket_span, s.state
        FROM series s JOIN jobs j ON j.id = s.job_id
        {SeriesZones.Join}
        WHERE s.state IS NOT NULL ORDER BY s.own_counts, s.firewall_id NULLS FIRST LIMIT @most
        """;

    /// <summary>Models that are read, the total's first.</summary>
    private const int MostModels = 2_000;

    /// <summary>Those that nobody has answered first.</summary>
    public async Task<IReadOnlyList<ExpectedBurst>> AllAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var answers = (await db.BurstAnswers.AsNoTracking().ToListAsync(ct)).ToDictionary(answer =>
            (answer.SeriesId, answer.At, answer.Day)
        );
        await using var connection = await source.OpenConnectionAsync(ct);
        var models = await connection.RowsAsync(
            Models,
            row =>
                (
                    Id: row.GetInt32(0),
                    Name: row.GetString(1) is { Length: > 0 } partition
                        ? Scoring.ScoredSeries.TitleOf(partition, row.TextOrNull(2))
                        : "All firewalls",
                    Zone: row.GetString(3),
                    Span: row.GetFieldValue<TimeSpan>(4),
                    State: row.GetFieldValue<byte[]>(5)
                ),
            ct,
            ("most", MostModels)
        );
        List<ExpectedBurst> found = [];
        foreach (var (id, name, zone, span, state) in models.Where(model => SeriesModel.CanLoad(model.State)))
        {
            var learnt = SeriesModel.Load(state, TimeZoneInfo.FindSystemTimeZoneById(zone)).LearntBursts;
            // One question a time: what comes every week comes every other week too, and an answer is about both.
            foreach (var burst in learnt.DistinctBy(burst => (burst.At, burst.Weekday)))
            {
                var said = answers.GetValueOrDefault((id, burst.At, DayOf(burst.Weekday)));
                found.Add(new(id, name, zone, span, burst, said?.IsNormal, said?.By, said?.AnsweredAt));
            }
        }
        return [.. found.OrderBy(burst => burst.IsNormal is not null).ThenByDescending(burst => burst.Burst.Count)];
    }

    /// <summary>Says whether a burst is normal; a later answer takes the place of an earlier one.</summary>
    public async Task<Outcome> AnswerAsync(
        int seriesId,
        TimeOnly at,
        DayOfWeek? weekday,
        bool isNormal,
        string reason,
        Actor actor,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Triage))
            return Outcome.Forbidden;

        var (day, now) = (DayOf(weekday), clock.GetUtcNow());
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (!await db.Series.AnyAsync(series => series.Id == seriesId, ct))
            return Outcome.NotFound;

        var known = await db.BurstAnswers.FindAsync([seriesId, at, day], ct);
        var before = known is null ? null : new { known.IsNormal };
        if (known is null)
            db.BurstAnswers.Add(
                new()
                {
                    SeriesId = seriesId,
                    At = at,
                    Day = day,
                    IsNormal = isNormal,
                    By = actor.Name,
                    AnsweredAt = now,
                }
            );
        else
            (known.IsNormal, known.By, known.AnsweredAt) = (isNormal, actor.Name, now);
        var subject = string.Create(CultureInfo.InvariantCulture, $"{seriesId} {at:HH:mm} {weekday}").TrimEnd();
        db.Audit.Add(
            Audit.Entry(
                actor,
                isNormal ? "accept" : "refuse",
                ("burst", subject),
                before,
                new { isNormal },
                reason,
                now
            )
        );
        await db.SaveChangesAsync(ct);
        await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
        return Outcome.Done;
    }

    private static int DayOf(DayOfWeek? weekday) => weekday is { } day ? (int)day : BurstAnswer.EveryDay;
}
