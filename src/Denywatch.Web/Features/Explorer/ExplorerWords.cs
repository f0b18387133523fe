using System.Globalization;
using Denywatch.Alerting;
using Denywatch.Detection;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.Explorer;

/// <summary>The explorer's words for fields and ways to look at denies.</summary>
public static class ExplorerWords
{
    private static readonly (FilterField Field, string Key, string Words, string Example)[] fields =
    [
        (FilterField.Source, "source", "source", "10.2.3.4 or 10.2.0.0/16"),
        (FilterField.Destination, "destination", "destination", "192.0.2.7 or 192.0.2.0/24"),
        (FilterField.Port, "port", "port", "445 or 8000-8100"),
        (FilterField.Transport, "transport", "transport", "tcp"),
        (FilterField.Firewall, "firewall", "firewall", "fw-edge-1"),
        (FilterField.Rule, "rule", "firewall rule", "deny-all"),
        (FilterField.Direction, "direction", "direction", "inbound"),
        (FilterField.SourceCountry, "source-country", "source country", "DE"),
        (FilterField.DestinationCountry, "destination-country", "destination country", "DE"),
        (FilterField.SourceAs, "source-as", "source AS", "AS64500"),
        (FilterField.DestinationAs, "destination-as", "destination AS", "AS64500"),
        (FilterField.Integration, "integration", "integration", "cisco_asa"),
        (FilterField.SourceRole, "source-role", "source role", "own scanner"),
        (FilterField.DestinationRole, "destination-role", "destination role", "server"),
    ];

    /// <summary>Name of a field in an address.</summary>
    public static string Key(FilterField field) => fields[(int)field].Key;

    public static string Words(FilterField field) => fields[(int)field].Words;

    public static string Words(Dimension dimension) =>
        dimension == Dimension.SourceNetwork ? "source network" : Words(FilterOf(dimension, "0").Field);

    /// <summary>Values as one writes them.</summary>
    public static string Example(FilterField field) => fields[(int)field].Example;

    /// <summary>Null where no field has this name.</summary>
    public static FilterField? FieldOf(string key) =>
        fields.FirstOrDefault(entry => entry.Key == key) is { Key: not null } found ? found.Field : null;

    /// <summary>The field whose values are the lanes.</summary>
    public static FilterField FieldOf(ViewBy by) =>
        by switch
        {
            ViewBy.Source => FilterField.Source,
            ViewBy.Destination => FilterField.Destination,
            ViewBy.Port => FilterField.Port,
            ViewBy.SourceCountry => FilterField.SourceCountry,
            ViewBy.DestinationCountry => FilterField.DestinationCountry,
            ViewBy.SourceAs => FilterField.SourceAs,
            ViewBy.Rule => FilterField.Rule,
            ViewBy.Integration => FilterField.Integration,
            _ => FilterField.Firewall,
        };

    /// <summary>The lanes that have this field's values; null where no lanes are made of them.</summary>
    public static ViewBy? ViewOf(FilterField field)
    {
        foreach (var by in Enum.GetValues<ViewBy>())
        {
            if (FieldOf(by) == field)
                return by;
        }
        return null;
    }

    /// <summary>The filter for a value of an excess. A port's place is taken by the transport where there is no port.</summary>
    public static (FilterField Field, string Value) FilterOf(Dimension dimension, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return dimension switch
        {
            Dimension.Source or Dimension.SourceNetwork => (FilterField.Source, value),
            Dimension.Destination => (FilterField.Destination, value),
            Dimension.Port => value.Length > 0 && char.IsAsciiDigit(value[0])
                ? (FilterField.Port, value.Split('/')[0])
                : (FilterField.Transport, value),
            Dimension.SourceCountry => (FilterField.SourceCountry, value),
            Dimension.DestinationCountry => (FilterField.DestinationCountry, value),
            Dimension.Firewall => (FilterField.Firewall, value),
            Dimension.Rule => (FilterField.Rule, value),
            _ => (FilterField.SourceAs, value),
        };
    }

    /// <summary>Address of the explorer with only this value.</summary>
    public static string TimelineOf(ExplorerFilter only, TimeRange range) =>
        new ExplorerView { Range = range, Filters = [only] }.ToUrl();

    /// <summary>A step of the axis: 15 min, 4 h, 1 d.</summary>
    public static string Length(TimeSpan step) =>
        step.TotalDays >= 1 ? $"{step.TotalDays:0.#} d"
        : step.TotalHours >= 1 ? $"{step.TotalHours:0.#} h"
        : $"{step.TotalMinutes:0} min";

    /// <summary>Such as "Tue 3 Nov 14:15 – 14:30".</summary>
    public static string When(DateTimeOffset from, DateTimeOffset to, TimeZoneInfo zone)
    {
        var (start, end) = (TimeZoneInfo.ConvertTime(from, zone), TimeZoneInfo.ConvertTime(to, zone));
        if (start.TimeOfDay == TimeSpan.Zero && end - start == TimeSpan.FromDays(1))
            return start.ToString("ddd d MMM", CultureInfo.InvariantCulture);
        var format = start.Date == end.AddTicks(-1).Date ? "HH:mm" : "ddd d MMM HH:mm";
        return start.ToString("ddd d MMM HH:mm", CultureInfo.InvariantCulture)
            + " – "
            + end.ToString(format, CultureInfo.InvariantCulture);
    }

    /// <summary>Whether the stretch holds no more than the model takes for usual: then nobody made an excess.</summary>
    public static bool IsUsual(BucketDetail detail)
    {
        ArgumentNullException.ThrowIfNull(detail);
        return detail.Record is { Score: < RecordScore.Warning } && detail.Count <= detail.Typical * 1.2;
    }

    private static string What(BucketDetail detail) =>
        detail.Count == 0 ? "no denies."
        : IsUsual(detail) ? $"{Sentences.Counts(detail.Count, detail.Typical ?? 0)}: within what is usual."
        : detail.Sentence;

    /// <summary>The page's sentence: of the chosen cell, or else of the worst thing in view.</summary>
    public static string Sentence(ExplorerTimeline? answer, ExplorerCell? cell, BucketDetail? detail, TimeZoneInfo zone)
    {
        if (cell is not null && detail is not null)
            return $"{When(cell.From, cell.To, zone)}{(cell.Lane is { } lane ? $", {lane}" : "")}: {What(detail)}";
        if (answer is null || cell is not null)
            return "Explorer";
        if (answer.Points.Count == 0)
            return "Nothing was denied in this range.";

        var denies = answer.Points.Sum(point => point.Actual ?? 0);
        return $"{Numbers.Exact(denies)} denies, nothing unusual in view.";
    }

    /// <summary>Address of the API that gives the listed flows as a file: csv or ndjson.</summary>
    public static string ExportUrl(FlowQuestion flows, ExplorerView view, string format)
    {
        ArgumentNullException.ThrowIfNull(flows);
        ArgumentNullException.ThrowIfNull(view);
        var range = TimeRange.Between(flows.From, flows.To);
        return "/api/v1/explorer/flows/export"
            + (view with { Range = range, Chosen = null, Second = null }).ToQuery()
            + $"&format={format}";
    }
}
