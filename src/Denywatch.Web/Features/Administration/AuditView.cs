using System.Globalization;
using Denywatch.Web.Ui;
using Microsoft.AspNetCore.Http.Extensions;

namespace Denywatch.Web.Features.Administration;

/// <summary>Which entries of the audit trail: the page's address and the API's query.</summary>
/// <param name="Who">Account name, or <c>system</c>.</param>
/// <param name="Kind">Kind of thing it was done to, such as <c>alert</c>.</param>
/// <param name="Range">As <see cref="TimeRange"/> reads it; all of time where it is null.</param>
/// <param name="Text">Part of a name, a deed, a thing or a reason.</param>
/// <param name="Entry">The entry that is shown beside the list.</param>
public sealed record AuditView(
    string? Who = null,
    string? Deed = null,
    string? Kind = null,
    string? Subject = null,
    string? Range = null,
    string? Text = null,
    long? Entry = null
)
{
    public const string Path = "/settings/audit";

    /// <summary>Whether nothing is filtered.</summary>
    public bool IsWhole => (this with { Entry = null }) == new AuditView();

    /// <summary>Empty words as if they were not there.</summary>
    public AuditView Cleaned() =>
        new(Word(Who), Word(Deed), Word(Kind), Word(Subject), TimeRange.Parse(Range)?.ToString(), Word(Text), Entry);

    public string ToUrl() => Path + Query(withEntry: true);

    public string ExportUrl(string format) => "/api/v1/audit/export" + Query(withEntry: false, format);

    private string Query(bool withEntry, string? format = null)
    {
        var query = new QueryBuilder();
        Add("who", Who);
        Add("deed", Deed);
        Add("kind", Kind);
        Add("subject", Subject);
        Add("range", Range);
        Add("text", Text);
        Add("entry", withEntry ? Entry?.ToString(CultureInfo.InvariantCulture) : null);
        Add("format", format);
        return query.ToString();

        void Add(string name, string? value)
        {
            if (value is not null)
                query.Add(name, value);
        }
    }

    private static string? Word(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
