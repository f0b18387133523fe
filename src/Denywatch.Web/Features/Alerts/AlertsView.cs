using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;

namespace Denywatch.Web.Features.Alerts;

/// <summary>Which alerts by status.</summary>
public enum AlertScope
{
    /// <summary>Open and acknowledged, and not snoozed: what is still to do.</summary>
    Active,
    Open,
    Acknowledged,

    /// <summary>Out of the queue for a while.</summary>
    Snoozed,
    Closed,
    All,
}

/// <summary>Which alerts by who has them.</summary>
public enum AlertHolder
{
    Anyone,

    /// <summary>The viewer's own and those nobody has.</summary>
    MineOrNobody,
    Mine,
    Nobody,
}

/// <summary>What alerts of a list have in common.</summary>
public enum AlertGrouping
{
    None,
    Cause,
    Severity,
    Rule,

    /// <summary>The source with the largest share of the excess.</summary>
    Source,
    Assignee,
}

public enum AlertSort
{
    /// <summary>Severity, then score, then newest.</summary>
    Important,
    Newest,
    Oldest,
    Excess,
}

/// <summary>
/// What a list of alerts shows. The address of the page holds it, and the API takes it as its query. What is null is the
/// first of its enum; a page's address says nothing for what an analyst mostly wants: <see cref="AlertHolder.MineOrNobody"/>.
/// </summary>
/// <param name="Text">Part of a title, sentence, cause or contributor; or an id, as <c>#12</c>.</param>
/// <param name="Cause">Name of the likely cause.</param>
/// <param name="Severity">low, medium, high or critical.</param>
/// <param name="Firewall">Name of a firewall that has a part in it.</param>
/// <param name="Rule">The rule that owns it.</param>
/// <param name="Tag">A tag that it bears.</param>
/// <param name="After">Id of the last alert of the page before: the API's page key.</param>
public sealed record AlertsView(
    AlertScope? Status = null,
    AlertHolder? Who = null,
    string? Text = null,
    string? Cause = null,
    string? Severity = null,
    string? Firewall = null,
    Guid? Rule = null,
    string? Tag = null,
    AlertSort? Sort = null,
    AlertGrouping? Group = null,
    long? After = null
)
{
    private const string Path = "/alerts";

    /// <summary>What the list of alerts shows to somebody who says nothing.</summary>
    public static AlertsView Queue { get; } = new(Who: AlertHolder.MineOrNobody);

    /// <summary>True if anything but the sort, and whose they are, is set.</summary>
    public bool IsNarrowed => this with { Who = null, Sort = null, Group = null, After = null } != new AlertsView();

    /// <summary>Reads it from an address; what makes no sense is left out.</summary>
    public static AlertsView Read(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var query = QueryHelpers.ParseQuery(address.Query);
        return new(
            Word<AlertScope>("status"),
            Text("who") is null ? AlertHolder.MineOrNobody : Word<AlertHolder>("who"),
            Text("text"),
            Text("cause"),
            Text("severity"),
            Text("firewall"),
            Guid.TryParse(Text("rule"), out var rule) ? rule : null,
            Text("tag"),
            Word<AlertSort>("sort"),
            Word<AlertGrouping>("group")
        );

        string? Text(string name) =>
            query.TryGetValue(name, out var value) && value.ToString().Trim() is { Length: > 0 } text ? text : null;

        T? Word<T>(string name)
            where T : struct, Enum =>
            Enum.TryParse<T>(Text(name), ignoreCase: true, out var word)
            && Enum.IsDefined(word)
            && !EqualityComparer<T>.Default.Equals(word, default)
                ? word
                : null;
    }

    /// <summary>The list of a group's alerts; null where nothing narrows to it.</summary>
    public AlertsView? Within(AlertGroup group)
    {
        ArgumentNullException.ThrowIfNull(group);
        var all = this with { Group = null };
        return (Group, group.Key) switch
        {
            (AlertGrouping.Cause, var cause) => all with { Cause = cause },
            (AlertGrouping.Severity, var severity) => all with { Severity = severity },
            (AlertGrouping.Rule, var rule) => all with { Rule = Guid.Parse(rule) },
            (AlertGrouping.Source, { Length: > 0 } source) => all with { Text = source },
            (AlertGrouping.Assignee, "") => all with { Who = AlertHolder.Nobody },
            _ => null,
        };
    }

    /// <summary>The alert that stands beside the list, if the address names one.</summary>
    public static long? Opened(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return
            QueryHelpers.ParseQuery(address.Query).TryGetValue("alert", out var value)
            && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : null;
    }

    /// <param name="alert">The alert to show beside the list.</param>
    public string ToUrl(long? alert = null) => Path + Query(alert);

    /// <summary>An alert on a page of its own, where next and previous are those of this view.</summary>
    public string PageOf(long alert) => string.Create(CultureInfo.InvariantCulture, $"{Path}/{alert}{Query(null)}");

    private QueryBuilder Query(long? alert)
    {
        var query = new QueryBuilder();
        Add("status", Status is null or AlertScope.Active ? null : Status.ToString());
        Add("who", Who == AlertHolder.MineOrNobody ? null : (Who ?? AlertHolder.Anyone).ToString());
        Add("text", Text);
        Add("cause", Cause);
        Add("severity", Severity);
        Add("firewall", Firewall);
        Add("rule", Rule?.ToString());
        Add("tag", Tag);
        Add("sort", Sort is null or AlertSort.Important ? null : Sort.ToString());
        Add("group", Group is null or AlertGrouping.None ? null : Group.ToString());
        Add("alert", alert?.ToString(CultureInfo.InvariantCulture));
        return query;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrWhiteSpace(value))
                query.Add(name, value);
        }
    }
}
