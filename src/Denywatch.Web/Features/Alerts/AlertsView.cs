using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.WebUtilities;

namespace Denywatch.Web.Features.Alerts;

/// <summary>Which alerts by status.</summary>
public enum AlertScope
{
    /// <summary>Open and acknowledged: what is still to do.</summary>
    Active,
    Open,
    Acknowledged,
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

public enum AlertSort
{
    /// <summary>Severity, then score, then newest.</summary>
    Important,
    Newest,
    Oldest,
    Excess,
}

/// <summary>
/// What a list of alerts shows. The address of the page holds it, and the API takes it as its query; what is null or
/// first in its enum is left out.
/// </summary>
/// <param name="Text">Part of a title, sentence, cause or contributor; or an id, as <c>#12</c>.</param>
/// <param name="Cause">Name of the likely cause.</param>
/// <param name="Severity">low, medium, high or critical.</param>
/// <param name="Firewall">Name of a firewall that has a part in it.</param>
/// <param name="Rule">The rule that owns it.</param>
/// <param name="After">Id of the last alert of the page before: the API's page key.</param>
public sealed record AlertsView(
    AlertScope? Status = null,
    AlertHolder? Who = null,
    string? Text = null,
    string? Cause = null,
    string? Severity = null,
    string? Firewall = null,
    Guid? Rule = null,
    AlertSort? Sort = null,
    long? After = null
)
{
    private const string Path = "/alerts";

    /// <summary>True if anything but the sort is set.</summary>
    public bool IsNarrowed => this with { Sort = null, After = null } != new AlertsView();

    /// <summary>Reads it from an address; what makes no sense is left out.</summary>
    public static AlertsView Read(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var query = QueryHelpers.ParseQuery(address.Query);
        return new(
            Word<AlertScope>("status"),
            Word<AlertHolder>("who"),
            Text("text"),
            Text("cause"),
            Text("severity"),
            Text("firewall"),
            Guid.TryParse(Text("rule"), out var rule) ? rule : null,
            Word<AlertSort>("sort")
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
    public string ToUrl(long? alert = null)
    {
        var query = new QueryBuilder();
        Add("status", Status is null or AlertScope.Active ? null : Status.ToString());
        Add("who", Who is null or AlertHolder.Anyone ? null : Who.ToString());
        Add("text", Text);
        Add("cause", Cause);
        Add("severity", Severity);
        Add("firewall", Firewall);
        Add("rule", Rule?.ToString());
        Add("sort", Sort is null or AlertSort.Important ? null : Sort.ToString());
        Add("alert", alert?.ToString(CultureInfo.InvariantCulture));
        return Path + query;

        void Add(string name, string? value)
        {
            if (!string.IsNullOrWhiteSpace(value))
                query.Add(name, value);
        }
    }
}
