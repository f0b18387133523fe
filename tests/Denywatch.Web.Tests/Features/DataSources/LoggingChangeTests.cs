using Denywatch.Events;
using Denywatch.Traffic;
using Denywatch.Web.Features.DataSources;

namespace Denywatch.Web.Tests.Features.DataSources;

public sealed class LoggingChangeTests
{
    private const string Edge = "fw-edge-1";

    private static readonly DateTimeOffset now = new(2026, 11, 3, 14, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset change = now.AddHours(-5);

    private static readonly Lazy<Dictionary<string, Log>> month = new(() =>
        Generated(now.AddDays(-30), Incidents.ForMonth(now, 20260, Estate.Default))
    );

    private static readonly Lazy<Log> quiet = new(() => Generated(now.AddDays(-9), [])[Edge]);

    [Fact]
    public void In_a_month_of_the_demo_no_source_is_told_to_log_otherwise_more_than_once()
    {
        Assert.Equal(5, month.Value.Count);
        foreach (var log in month.Value.Values)
        {
            var (told, from) = (0, now.AddDays(-30));
            for (var to = now.AddDays(-27); to <= now; to += TimeSpan.FromHours(1))
            {
                if (log.JudgeAt(to, from) is not { } found)
                    continue;
                told++;
                from = found.Since;
            }
            Assert.InRange(told, 0, 1);
        }
    }

    [Fact]
    public void Nothing_is_told_of_a_source_that_logs_as_ever() => Assert.Null(quiet.Value.JudgeAt(now));

    [Fact]
    public void Allowed_events_that_begin_are_told_with_their_rate_and_beginning()
    {
        var found = quiet
            .Value.With(made => made.At >= change || !made.IsAllowed, one => one.IsAllowed, 5)
            .JudgeAt(now);

        Assert.NotNull(found);
        Assert.InRange(found.Since, change, change.AddMinutes(15));
        Assert.StartsWith("Allowed events come since then, ", found.What, StringComparison.Ordinal);
        Assert.EndsWith("Counts before and after do not compare.", found.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Denied_events_that_end_while_others_go_on_are_told()
    {
        var found = quiet.Value.With(made => made.At < change || made.IsAllowed).JudgeAt(now);

        Assert.NotNull(found);
        Assert.InRange(found.Since, change.AddMinutes(-15), change.AddMinutes(5));
        Assert.StartsWith("No denied events since then; about ", found.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_rule_that_logs_no_more_is_told_by_its_name()
    {
        var found = quiet.Value.With(made => made.At < change || made.Rule != "outside_in").JudgeAt(now);

        Assert.NotNull(found);
        Assert.Contains("The rule outside_in logs no deny since then; about ", found.What, StringComparison.Ordinal);
    }

    [Fact]
    public void Many_rules_that_begin_at_once_are_told_and_one_is_not()
    {
        LoggingChange? With(int rules) =>
            quiet
                .Value.Renamed(made =>
                    made.At >= change && made.At.Second % 2 == 0 ? $"new-{made.At.Second % (2 * rules)}" : made.Rule
                )
                .JudgeAt(now);

        Assert.Null(With(rules: 1));
        var found = With(rules: 4);
        Assert.NotNull(found);
        Assert.StartsWith("4 rules deny since then that never did, ", found.What, StringComparison.Ordinal);
        Assert.Contains(": new-0, new-2, new-4 and others. ", found.What, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30, 0, 0, "% of its lines have no verdict since then; before never more than 0 % in an hour.")]
    [InlineData(0, 30, 0, "% of its lines are not understood since then; before never more than 0 % in an hour.")]
    [InlineData(0, 0, 3, "The device says that it leaves lines out since then, 36 an hour, and did not before")]
    public void Lines_without_a_verdict_rejects_and_throttles_that_begin_are_told(
        int none,
        int rejected,
        int suppressed,
        string said
    )
    {
        var log = quiet.Value;
        for (var slice = change; slice < now; slice += DenyFlow.SliceSpan)
            log = log.Plus(slice, none, rejected, suppressed);

        var found = log.JudgeAt(now);

        Assert.NotNull(found);
        Assert.Equal(change, found.Since);
        Assert.Contains(said, found.What, StringComparison.Ordinal);
    }

    [Fact]
    public void A_change_is_no_change_to_a_source_that_is_known_for_two_days() =>
        Assert.Null(quiet.Value.With(made => made.At < change || made.IsAllowed).JudgeAt(now, now.AddDays(-2)));

    private static Dictionary<string, Log> Generated(DateTimeOffset from, IReadOnlyList<Incident> incidents)
    {
        var generator = new TrafficGenerator(20260, Estate.Default, incidents);
        Dictionary<string, Log> logs = new(StringComparer.Ordinal);
        for (var slice = from; slice < now; slice += DenyFlow.SliceSpan)
        {
            foreach (var made in generator.Slice(slice))
            {
                var one = made.Event;
                if (!logs.TryGetValue(one.Observer!, out var log))
                    logs[one.Observer!] = log = new([], []);
                log.Lines.Add(new(one.Timestamp!.Value, one.Verdict == Verdict.Allowed, one.Rule!));
            }
        }
        return logs;
    }

    private sealed record Line(DateTimeOffset At, bool IsAllowed, string Rule);

    private sealed record Other(DateTimeOffset Slice, int None, int Rejected, int Suppressed);

    /// <summary>What one source sent.</summary>
    private sealed record Log(List<Line> Lines, List<Other> Others)
    {
        private readonly Lazy<(SourceHour[] Hours, FirewallRules Rules)> folded = new(() => Fold(Lines, Others));

        public Log With(Func<Line, bool> kept, Func<Line, bool>? repeated = null, int times = 1) =>
            new(
                [
                    .. Lines
                        .Where(kept)
                        .SelectMany(one => Enumerable.Repeat(one, repeated?.Invoke(one) == true ? times : 1)),
                ],
                Others
            );

        public Log Renamed(Func<Line, string> name) =>
            new(Lines.ConvertAll(one => one with { Rule = name(one) }), Others);

        public Log Plus(DateTimeOffset slice, int none, int rejected, int suppressed) =>
            new(Lines, [.. Others, new(slice, none, rejected, suppressed)]);

        /// <summary>What is said at a full hour of a source that is known since <paramref name="from"/>.</summary>
        public LoggingChange? JudgeAt(DateTimeOffset to, DateTimeOffset from = default)
        {
            var since = new[] { from, to - LoggingChange.Past }.Max();
            var (hours, rules) = folded.Value;
            var later = rules.Hours.TakeWhile(hour => hour >= to).Count();
            var until = new FirewallRules(
                [.. rules.Hours.Skip(later)],
                [
                    .. rules
                        .Rules.Where(rule => rule.FirstAt < to)
                        .Select(rule => rule with { Counts = [.. rule.Counts.Skip(later)] }),
                ]
            );
            return LoggingChange.Of([.. hours.Where(hour => hour.At >= since && hour.At < to)], until.Since(since));
        }

        private static (SourceHour[] Hours, FirewallRules Rules) Fold(List<Line> lines, List<Other> others)
        {
            static DateTimeOffset HourOf(DateTimeOffset at) => at.AddTicks(-(at.Ticks % TimeSpan.TicksPerHour));
            static Tally TallyOf(List<Line> some)
            {
                var slices = some.Select(one => DenyFlow.SliceOf(one.At)).Distinct().Order().ToList();
                return new(
                    some.Count,
                    slices.Count,
                    slices.Count > 0 ? slices[0] : null,
                    slices.Count > 0 ? slices[^1] : null
                );
            }
            var byHour = others.ToLookup(one => HourOf(one.Slice));
            var hours = lines
                .GroupBy(one => HourOf(one.At))
                .OrderByDescending(hour => hour.Key)
                .Select(hour => new SourceHour(
                    hour.Key,
                    hour.Count() + byHour[hour.Key].Sum(one => one.None + one.Rejected),
                    TallyOf([.. hour.Where(one => !one.IsAllowed)]),
                    TallyOf([.. hour.Where(one => one.IsAllowed)]),
                    byHour[hour.Key].Sum(one => one.None),
                    byHour[hour.Key].Sum(one => one.Rejected),
                    byHour[hour.Key].Sum(one => one.Suppressed)
                ));
            var denied = lines.FindAll(one => !one.IsAllowed);
            List<DateTimeOffset> ofRules = [.. denied.Select(one => HourOf(one.At)).Distinct().OrderDescending()];
            var rules = denied
                .GroupBy(one => one.Rule, StringComparer.Ordinal)
                .Select(rule =>
                {
                    var counts = rule.CountBy(one => HourOf(one.At)).ToDictionary();
                    return new RuleHours(
                        rule.Key,
                        rule.Min(one => one.At),
                        [.. ofRules.Select(hour => (long)counts.GetValueOrDefault(hour))]
                    );
                });
            return ([.. hours], new(ofRules, [.. rules]));
        }
    }
}
