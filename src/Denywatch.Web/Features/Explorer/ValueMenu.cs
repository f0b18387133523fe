using Denywatch.Alerting;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Features.Pivots;
using Denywatch.Web.Ui;
using MudBlazor;

namespace Denywatch.Web.Features.Explorer;

/// <summary>The menu of every value in the explorer: links to the same view with one thing changed, and ways out.</summary>
/// <param name="Pivots">Tools that have an address.</param>
/// <param name="Cell">Time that is looked at, for the ways out; the view's range where null.</param>
public sealed record ValueMenu(
    ExplorerView View,
    IReadOnlyList<PivotAddress> Pivots,
    (DateTimeOffset From, DateTimeOffset To) Time
)
{
    public IReadOnlyList<ValueEntry> Entries(FilterField kind, string value)
    {
        if (ExplorerFilter.Of(kind, value) is not { } only)
            return [];

        List<ValueEntry> entries =
        [
            new("Only this", View.With(only).ToUrl(), Icon: Icons.Material.Outlined.FilterAlt),
            new(
                "Exclude",
                View.With(only with { IsExcluded = true }).ToUrl(),
                Icon: Icons.Material.Outlined.FilterAltOff
            ),
        ];
        if (ExplorerWords.ViewOf(kind) is { } by && by != View.ViewBy)
            entries.Add(
                new(
                    $"Lanes by {ExplorerWords.Words(kind)}",
                    View.By(by).ToUrl(),
                    Icon: Icons.Material.Outlined.ViewStream
                )
            );
        entries.Add(
            new("Its own timeline", ExplorerWords.TimelineOf(only, View.Range), Icon: Icons.Material.Outlined.SsidChart)
        );
        entries.Add(
            new(
                "Alerts with it",
                (
                    kind == FilterField.Firewall
                        ? new AlertsView(AlertScope.All, Firewall: value)
                        : new(AlertScope.All, Text: value)
                ).ToUrl(),
                Icon: Icons.Material.Outlined.NotificationsActive
            )
        );
        entries.Add(
            new("Make an exception", ExceptionView.Of(only).ToUrl(), Icon: Icons.Material.Outlined.NotificationsOff)
        );
        var subject = new PivotSubject(Time.From, Time.To, View.With(only).Filters);
        foreach (var pivot in Pivots)
        {
            if (pivot.LinkFor(subject) is { } link)
                entries.Add(new($"Look in {pivot.Pivot.Name}", link, Icon: Icons.Material.Outlined.OpenInNew));
        }
        return entries;
    }

    /// <summary>The same for a value of an excess.</summary>
    public IReadOnlyList<ValueEntry> Entries(Dimension dimension, string value)
    {
        var (kind, text) = ExplorerWords.FilterOf(dimension, value);
        return Entries(kind, text);
    }
}
