using System.Globalization;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.DataSources;

/// <summary>Lines of one kind in an hour of a source.</summary>
/// <param name="Slices">Of the hour's twelve slices those that had any.</param>
/// <param name="First">Start of the first of them; null where there is none.</param>
/// <param name="Last">Start of the last of them.</param>
public readonly record struct Tally(long Count, int Slices, DateTimeOffset? First, DateTimeOffset? Last);

/// <summary>An hour in which a source sent something.</summary>
/// <param name="At">Its start.</param>
/// <param name="Lines">All of them, rejected ones too.</param>
/// <param name="None">Without a verdict.</param>
/// <param name="Suppressed">What the device says it left out.</param>
public sealed record SourceHour(
    DateTimeOffset At,
    long Lines,
    Tally Denied,
    Tally Allowed,
    long None,
    long Rejected,
    long Suppressed
);

/// <summary>A rule's denies.</summary>
/// <param name="FirstAt">When it first denied something.</param>
/// <param name="Counts">In each of <see cref="FirewallRules.Hours"/>; at most, where more rules denied than are kept.</param>
public sealed record RuleHours(string Rule, DateTimeOffset FirstAt, IReadOnlyList<long> Counts);

/// <summary>What the rules of a firewall denied.</summary>
/// <param name="Hours">Starts of the hours in which it denied anything, the newest first, which is whole.</param>
public sealed record FirewallRules(IReadOnlyList<DateTimeOffset> Hours, IReadOnlyList<RuleHours> Rules)
{
    public static FirewallRules None { get; } = new([], []);

    /// <summary>Without the hours before.</summary>
    public FirewallRules Since(DateTimeOffset? from)
    {
        var kept = from is null ? Hours.Count : Hours.TakeWhile(hour => hour >= from).Count();
        return kept == Hours.Count
            ? this
            : new([.. Hours.Take(kept)], [.. Rules.Select(rule => rule with { Counts = [.. rule.Counts.Take(kept)] })]);
    }
}

/// <summary>
/// What a source logs has changed at one moment and stayed so. Judged against its own last week alone: what comes and goes
/// with the day or the weekend is no change, and neither is more or less of the same.
/// </summary>
/// <param name="Since">When it began.</param>
/// <param name="What">A sentence: what, and how much.</param>
public sealed record LoggingChange(DateTimeOffset Since, string What)
{
    /// <summary>How far back it is looked: a week, and a day to notice in.</summary>
    public static readonly TimeSpan Past = TimeSpan.FromDays(8);

    /// <summary>After so long everybody has heard of it, and what came since is what a source is measured by.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromDays(7);

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private const string Consequence = "Counts before and after do not compare.";

    /// <summary>Hours of a source's own past without which a beginning is no change, and an end.</summary>
    private const int KnownForBegin = 72;
    private const int KnownForEnd = 160;

    /// <summary>A change that is older is the source's past by now.</summary>
    private const int Newest = 24;

    /// <summary>Fewer would be expected by chance, now and then.</summary>
    private const double Enough = 50;

    private const int MostSlices = 12;

    /// <summary>The change of now; null where there is none.</summary>
    /// <param name="hours">Hours of the last <see cref="Past"/> in which it sent, the newest first, which is whole.</param>
    /// <param name="firewall">Its firewall's rules; none where another source tells of the same.</param>
    public static LoggingChange? Of(IReadOnlyList<SourceHour> hours, FirewallRules firewall)
    {
        ArgumentNullException.ThrowIfNull(hours);
        ArgumentNullException.ThrowIfNull(firewall);
        List<LoggingChange?> found =
        [
            Begun(hours, hour => hour.Allowed, "Allowed events", "Rates of all events grow by as much"),
            Begun(hours, hour => hour.Denied, "Denied events", "Its denies were not logged before, or not as denies"),
            Ended(hours, hour => hour.Allowed, "allowed events", "What is allowed cannot be seen any more"),
            Ended(hours, hour => hour.Denied, "denied events", "A spike of denies at it would not be seen"),
            Jumped(hours, hour => hour.None, 0.2, "have no verdict", "Denies among them are not counted"),
            Jumped(
                hours,
                hour => hour.Rejected,
                0.1,
                "are not understood",
                "A format may have changed: read the rejects"
            ),
            Throttled(hours),
            RulesBegun(firewall),
            .. firewall.Rules.Select(rule => RuleEnded(rule, firewall.Hours)),
        ];
        var changes = found.OfType<LoggingChange>().OrderBy(change => change.Since).ToList();
        return changes.Count == 0
            ? null
            : new(changes[0].Since, $"{string.Join(" ", changes.Take(3).Select(change => change.What))} {Consequence}");
    }

    /// <summary>What never came is in nearly every slice since.</summary>
    private static LoggingChange? Begun(
        IReadOnlyList<SourceHour> hours,
        Func<SourceHour, Tally> kind,
        string name,
        string meaning
    )
    {
        var run = hours.TakeWhile(hour => kind(hour).Slices >= MostSlices * 3 / 4).ToList();
        // The hour in which it began is neither of the past nor full of it.
        var past = hours.Skip(run.Count + 1).ToList();
        if (run.Count is 0 or > Newest || past.Count < KnownForBegin)
            return null;

        var (now, before) = (run.Sum(hour => kind(hour).Count), past.Sum(hour => kind(hour).Count));
        if (now < Enough || before > 0.001 * past.Sum(hour => hour.Lines))
            return null;

        var since = kind(hours[run.Count]).First ?? kind(run[^1]).First!.Value;
        return new(
            since,
            $"{name} come since then, {Rate((double)now / run.Count)}; before there were none in {Times.Length(past.Count * Hour)}. {meaning}."
        );
    }

    /// <summary>What came all week has been missing for twice as long as ever in it, while other lines go on.</summary>
    private static LoggingChange? Ended(
        IReadOnlyList<SourceHour> hours,
        Func<SourceHour, Tally> kind,
        string name,
        string meaning
    )
    {
        if (
            Missing([.. hours.Select(hour => kind(hour).Count)], 2) is not { } missing
            || kind(hours[missing.Hours]).Last is not { } last
        )
            return null;

        return new(
            last + DataSourceQueries.Slice,
            $"No {name} since then; about {Rate(missing.PerHour)} came before, and its other lines go on. {meaning}."
        );
    }

    /// <summary>A share of its lines that is far above each hour's of the past, for two hours at least.</summary>
    private static LoggingChange? Jumped(
        IReadOnlyList<SourceHour> hours,
        Func<SourceHour, long> kind,
        double step,
        string which,
        string meaning
    )
    {
        double Share(SourceHour hour) => (double)kind(hour) / hour.Lines;
        var many = hours.Where(hour => hour.Lines >= 30).ToList();
        for (var run = Math.Min(Newest, many.Count - KnownForBegin - 1); run >= 2; run--)
        {
            var past = many.Skip(run + 1).Max(Share);
            var now = many.Take(run).Min(Share);
            if (now < Math.Max(2 * past, past + step))
                continue;

            var share = (double)many.Take(run).Sum(kind) / many.Take(run).Sum(hour => hour.Lines);
            return new(
                many[run - 1].At,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{share:0 %} of its lines {which} since then; before never more than {past:0 %} in an hour. {meaning}."
                )
            );
        }
        return null;
    }

    private static LoggingChange? Throttled(IReadOnlyList<SourceHour> hours)
    {
        var run = hours.TakeWhile(hour => hour.Suppressed > 0).ToList();
        var past = hours.Skip(run.Count).ToList();
        return run.Count is < 3 or > Newest || past.Count < KnownForBegin || past.Exists(hour => hour.Suppressed > 0)
            ? null
            : new(
                run[^1].At,
                $"The device says that it leaves lines out since then, {Rate(run.Sum(hour => hour.Suppressed) / (double)run.Count)}, and did not before: counts are \"at least\". Loosen its log throttle."
            );
    }

    /// <summary>Rules that first denied in one hour, and all still do.</summary>
    private static LoggingChange? RulesBegun(FirewallRules firewall)
    {
        static int Run(RuleHours rule) => rule.Counts.TakeWhile(count => count > 0).Count();
        if (firewall.Hours.Count <= KnownForBegin)
            return null;

        var begun = firewall
            .Rules.Where(rule => Run(rule) is >= 2 and <= Newest && rule.FirstAt >= firewall.Hours[Run(rule) - 1])
            .GroupBy(Run)
            .MaxBy(group => group.Count())
            ?.ToList();
        if (begun is null || begun.Count < 3)
            return null;

        var names = begun.Select(rule => rule.Rule).Order(StringComparer.Ordinal).Take(3);
        var perHour = begun.Sum(rule => rule.Counts.Sum()) / (double)Run(begun[0]);
        return new(
            begun.Min(rule => rule.FirstAt),
            $"{begun.Count} rules deny since then that never did, {Rate(perHour)}: {string.Join(", ", names)}{(begun.Count > 3 ? " and others" : "")}. Their denies were not logged before, or their names changed."
        );
    }

    private static LoggingChange? RuleEnded(RuleHours rule, IReadOnlyList<DateTimeOffset> hours) =>
        Missing(rule.Counts, 3) is { } missing
            ? new(
                hours[missing.Hours - 1],
                $"The rule {rule.Rule} logs no deny since then; about {Rate(missing.PerHour)} came before."
            )
            : null;

    /// <summary>How long something has been missing that was there before; null where that happens.</summary>
    /// <param name="counts">By hour, the newest first.</param>
    private static (int Hours, double PerHour)? Missing(IReadOnlyList<long> counts, int least)
    {
        var run = counts.TakeWhile(count => count == 0).Count();
        var past = counts.Skip(run).ToList();
        if (run < least || run > Newest || past.Count < KnownForEnd)
            return null;

        var (longest, stretch) = (0, 0);
        foreach (var count in past)
        {
            stretch = count == 0 ? stretch + 1 : 0;
            longest = Math.Max(longest, stretch);
        }
        var perHour = past.Average();
        return run > 2 * longest && perHour * run >= Enough ? (run, perHour) : null;
    }

    private static string Rate(double perHour) => $"{Numbers.Compact(perHour)} an hour";
}
