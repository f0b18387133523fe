using Denywatch.Detection;
using FsCheck.Xunit;

namespace Denywatch.Alerting.Tests;

/// <summary>Episodes found bucket by bucket, as they come, are those that are found in the whole past at once.</summary>
public sealed class EpisodeProperties
{
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    [Property(MaxTest = 500)]
    public void One_by_one_and_all_at_once_agree_whatever_is_asked_for(SomeBuckets some)
    {
        var (records, rule) = (some.Records(), some.Rule);
        List<Episode> live = [];
        Episode? open = null;
        foreach (var record in records)
        {
            // As the live way reads them: what is stored of the buckets that a run would need, whatever it is.
            var from = record.Bucket - (rule.Duration - 1) * Quarter;
            List<AnomalyRecord> before = [.. records.Where(r => r.Bucket >= from && r.Bucket < record.Bucket)];
            open = Looked(open, before, record, rule);
            var decision = Episodes.Decide(open, before, record, rule, Quarter, isFinal: true);
            if (decision.Step == EpisodeStep.End)
                live.Add(decision.Episode!);
            open = decision.Step == EpisodeStep.End ? null : decision.Episode;
        }
        if (open is not null)
            live.Add(open);

        Assert.Equal(live, Episodes.Of(records, rule, Quarter));
    }

    [Property(MaxTest = 500)]
    public void Buckets_below_the_line_may_be_left_out(SomeBuckets some)
    {
        var (records, rule) = (some.Records(), some.Rule);

        var known = Episodes.Of(records, rule, Quarter).Select(WithoutEnd);

        Assert.Equal(known, Episodes.Of(records.Where(r => rule.IsMetBy(r)), rule, Quarter).Select(WithoutEnd));
    }

    [Property(MaxTest = 500)]
    public void A_longer_duration_never_starts_an_episode_where_a_shorter_one_has_none(SomeBuckets some)
    {
        var (records, rule) = (some.Records(), some.Rule);

        var shorter = Episodes.Of(records, rule, Quarter);

        Assert.All(
            Episodes.Of(records, rule with { Duration = rule.Duration + 1 }, Quarter),
            longer => Assert.Contains(shorter, e => e.Started <= longer.Started && e.LastAbove >= longer.LastAbove)
        );
    }

    /// <summary>The same bucket while it was open: fewer denies, looked at twice.</summary>
    private static Episode? Looked(Episode? open, List<AnomalyRecord> before, AnomalyRecord record, RuleSettings rule)
    {
        var growing = record with { Actual = record.Actual / 2, Score = record.Score / 2 };
        for (var look = 0; look < 2; look++)
            open = Episodes.Decide(open, before, growing, rule, Quarter, isFinal: false).Episode;
        return open;
    }

    private static Episode WithoutEnd(Episode episode) => episode with { Ended = null, Reason = null };

    /// <param name="Seeds">One for each bucket: some are above the line, some below, some without counts.</param>
    public sealed record SomeBuckets(byte[] Seeds, byte Duration)
    {
        public RuleSettings Rule => new(Duration: 1 + Duration % 4);

        public List<AnomalyRecord> Records()
        {
            List<AnomalyRecord> records = [];
            for (var i = 0; i < Seeds.Length; i++)
            {
                double? actual = Seeds[i] % 8 == 0 ? null : 100 + Seeds[i];
                var score = Seeds[i] % 3 == 0 ? 10 : 75 + Seeds[i] % 25;
                records.Add(new(Flows.Slice + i * Quarter, actual, 50, 30, 80, 1e-8, score, false));
            }
            return records;
        }
    }
}
