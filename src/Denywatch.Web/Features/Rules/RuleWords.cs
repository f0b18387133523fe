using System.Globalization;
using Denywatch.Alerting;
using Denywatch.Detection;
using Denywatch.Storage;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.Rules;

/// <summary>The live state of rules and jobs, as a person would say it.</summary>
public static class RuleWords
{
    /// <summary>Seconds between two looks at open buckets.</summary>
    public const int LookEvery = 10;

    /// <summary>Such as "Scored 14:15; next look in 7 s; learning 5 of 12."</summary>
    public static string State(
        IReadOnlyList<JobFacts> jobs,
        IReadOnlyList<SeriesRow> series,
        DateTimeOffset now,
        TimeZoneInfo zone
    )
    {
        ArgumentNullException.ThrowIfNull(jobs);
        ArgumentNullException.ThrowIfNull(series);
        if (jobs.FirstOrDefault(job => job.State.IsAtRest) is { } resting)
            return $"{resting.JobId} is closed: it starts, and learns from what is stored, when the rule is switched on.";
        if (jobs.FirstOrDefault(job => job.State.IsAiling) is { } ailing)
            return $"{ailing.JobId}: {ailing.State.Words}. {ailing.State.Cause}";

        if (jobs.FirstOrDefault(job => job.FindsSuspects) is { } finder)
            return finder.State.Cause;

        var words = new List<string>();
        if (jobs.Max(job => job.LastScored) is { } last)
            words.Add(
                $"Scored {Times.Compact(TimeZoneInfo.ConvertTime(last, zone), TimeZoneInfo.ConvertTime(now, zone))}"
            );
        else
            words.Add("The first bucket is still open");

        var total = series.FirstOrDefault(row => row.JobId == jobs[0].JobId);
        if (total is { IsLearning: true })
            words.Add($"learning, {total.Comparable} of {SeriesModel.ComparableNeeded} comparable buckets");
        else if (jobs.Sum(job => job.Learning) is > 0 and var learning)
            words.Add($"{learning} of {jobs.Sum(job => job.Series)} series still learning");

        words.Add($"next look in {LookEvery - now.Second % LookEvery} s");
        return string.Join("; ", words) + ".";
    }

    /// <summary>One job in few words, for a table.</summary>
    public static string State(JobFacts job)
    {
        ArgumentNullException.ThrowIfNull(job);
        return job switch
        {
            { State.IsAtRest: true } => "closed",
            { State.IsWell: false } => job.State.Words,
            { FindsSuspects: true } => job.Look is null ? "first look to come" : "looking once an hour",
            { HistoryDays: > 0 } => $"counting, {job.HistoryDone} of {job.HistoryDays} days",
            { LastScored: null } => "first bucket open",
            { Relearning: > 0 } => $"learning again, {job.Series - job.Relearning} of {job.Series}",
            _ when job.Learning == job.Series => "learning",
            { Learning: > 0 } => $"scoring {job.Series - job.Learning}, learning {job.Learning}",
            _ => job.Series == 1 ? "scoring" : $"scoring {job.Series} series",
        };
    }

    /// <summary>Whether somebody may move a rule's switch; what cannot run can still be switched off.</summary>
    public static bool MaySwitch(Actor actor, bool isEnabled, string? obstacle) =>
        WhyFixed(actor, isEnabled, obstacle) is null;

    /// <summary>Why somebody may not move a rule's switch; null where they may.</summary>
    public static string? WhyFixed(Actor actor, bool isEnabled, string? obstacle)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return !actor.May(Policy.Triage) ? "An analyst can switch rules"
            : isEnabled ? null
            : obstacle;
    }

    /// <summary>When a rule alerts, such as "record score ≥ 75, at least 20 denies, for 3 buckets in a row".</summary>
    public static string AlertsAt(RuleSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        List<string> words = [$"record score ≥ {Numbers.Exact(settings.Threshold)}"];
        if (settings.Floor > 0)
            words.Add($"at least {Numbers.Exact(settings.Floor)} denies");
        if (settings.MinimumExcess > 0)
            words.Add($"at least {Numbers.Exact(settings.MinimumExcess)} above what is expected");
        if (settings.Ratio > 0)
            words.Add($"at least {Plain(settings.Ratio)} times what is expected");
        if (settings.Duration > 1)
            words.Add($"for {settings.Duration} buckets in a row");
        if (settings.Sensitivity != Sensitivity.UsualPerYear)
            words.Add(
                $"where 75 stands for {Plain(settings.Sensitivity)} false alarms a year (a stored score of {Plain(settings.Line)})"
            );
        return string.Join(", ", words);
    }

    /// <summary>Why a result raised nothing under settings as they are; null where it is above their line for long enough.</summary>
    public static string? Below(RunRow run, RuleSettings settings)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(settings);
        return run.IsLearning ? "learning"
            : run.Actual is not { } actual ? "no data"
            : run.Score < settings.Line ? $"below {Plain(settings.Line)}"
            : actual < settings.Floor ? $"below {Numbers.Exact(settings.Floor)} denies"
            : actual - run.Typical < settings.MinimumExcess
                ? $"less than {Numbers.Exact(settings.MinimumExcess)} above expected"
            : actual < settings.Ratio * run.Typical ? $"less than {Plain(settings.Ratio)} times expected"
            : settings.Duration > 1 ? $"not {settings.Duration} buckets in a row"
            : null;
    }

    /// <summary>What made a rule judge records.</summary>
    public static string Because(RunKind kind) =>
        kind switch
        {
            RunKind.Look => "open bucket crossed",
            RunKind.Close => "buckets closed",
            RunKind.Rescore => "scored again",
            _ => "gap filled",
        };

    /// <summary>What a rule did in the last day, such as "96 runs in 24 hours read 192 buckets: 3 above the line, …".</summary>
    public static string LogSentence(RuleLog log)
    {
        ArgumentNullException.ThrowIfNull(log);
        if (log.DayRuns == 0)
            return "It has not run in the last 24 hours.";

        var day = log.Day;
        var mean = day.Took.TotalMilliseconds / log.DayRuns;
        return $"{Many(log.DayRuns, "run")} in 24 hours read {Many(day.Buckets, "bucket")}: {Numbers.Exact(day.Above)} above the line, "
            + $"{Many(day.Raised, "alert")} raised, {Numbers.Exact(day.Extended)} times extended, {Numbers.Exact(day.Ended)} ended; "
            + $"{mean.ToString("0", CultureInfo.InvariantCulture)} ms a run, {(log.DayFailed == 0 ? "none" : Numbers.Exact(log.DayFailed))} failed.";
    }

    /// <summary>What a rule did not judge, said aloud.</summary>
    public static string GapSentence(RuleGapList list)
    {
        ArgumentNullException.ThrowIfNull(list);
        var fillable = list.Gaps.Count(gap => gap.CanFill);
        return list.Gaps.Count == 0
            ? "It has judged all of the last 30 days."
            : $"{Many(list.Gaps.Count, "stretch", "es")} of the last 30 days {(list.Gaps.Count == 1 ? "was" : "were")} not judged; {Numbers.Exact(fillable)} can be filled.";
    }

    /// <summary>What became of a filling that is over.</summary>
    public static string Fill(RuleFill fill)
    {
        ArgumentNullException.ThrowIfNull(fill);
        var how = fill.State switch
        {
            FillState.Done => "filled",
            FillState.Cancelled => "cancelled",
            _ => $"failed ({fill.Problem})",
        };
        return $"{how}, asked for by {fill.AskedBy}: {fill.Why}. {Many(fill.Done, "series", "")} judged, {Numbers.Exact(fill.Raised)} found.";
    }

    private static string Many(int count, string thing, string ending = "s") =>
        $"{Numbers.Exact(count)} {thing}{(count == 1 ? "" : ending)}";

    private static string Plain(double number) => number.ToString("#,0.##", CultureInfo.InvariantCulture);

    /// <summary>What switching does, said before it is done.</summary>
    public static string Effect(bool isEnabled) =>
        isEnabled
            ? "No alert from the next result on. Open alerts stay open, and the jobs go on learning."
            : "Alerts again from the next bucket on; nothing is raised for the time it was off.";
}
