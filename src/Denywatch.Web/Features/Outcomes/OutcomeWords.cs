using System.Globalization;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Ui;
using Microsoft.AspNetCore.WebUtilities;

namespace Denywatch.Web.Features.Outcomes;

/// <summary>The words for verdicts.</summary>
public static class OutcomeWords
{
    private const int FirstDays = 30;

    public static string By(OutcomeBy by) => by == OutcomeBy.Source ? "Main source" : by.ToString();

    /// <summary>Such as "Of 41 verdicts in 30 days 12 % were noise; 5 alerts wait for one."</summary>
    public static string Sentence(OutcomeRow? all, int days)
    {
        if (all is null || all.Alerts == 0)
            return $"No alerts in {days} days.";

        var decided = all.TruePositives + all.BenignPositives + all.FalsePositives;
        var waiting = all.Undecided switch
        {
            0 => "",
            1 => "; one alert waits for its own",
            var n => $"; {Numbers.Exact(n)} alerts wait for theirs",
        };
        return all.NoiseShare is { } noise
            ? $"Of {Numbers.Exact(decided)} {(decided == 1 ? "verdict" : "verdicts")} in {days} days {Numbers.Percent(noise)} were noise{waiting}."
            : $"No verdict in {days} days{waiting}.";
    }

    /// <summary>The list of a row's alerts; null where nothing narrows to it.</summary>
    public static string? AlertsOf(OutcomeBy by, string key) =>
        (by, key) switch
        {
            (_, "") => null,
            (OutcomeBy.Rule, _) => new AlertsView(AlertScope.All, Rule: Guid.Parse(key)).ToUrl(),
            (OutcomeBy.Cause, _) => new AlertsView(AlertScope.All, Cause: key).ToUrl(),
            (OutcomeBy.Severity, _) => new AlertsView(AlertScope.All, Severity: key).ToUrl(),
            _ => new AlertsView(AlertScope.All, Text: key).ToUrl(),
        };

    internal static (OutcomeBy By, int Days) Read(Uri address, int[] lengths)
    {
        var query = QueryHelpers.ParseQuery(address.Query);
        var by =
            Enum.TryParse<OutcomeBy>(query.GetValueOrDefault("by"), ignoreCase: true, out var named)
            && Enum.IsDefined(named)
                ? named
                : OutcomeBy.Rule;
        var isKnown =
            int.TryParse(query.GetValueOrDefault("days"), NumberStyles.None, CultureInfo.InvariantCulture, out var days)
            && lengths.Contains(days);
        return (by, isKnown ? days : FirstDays);
    }
}
