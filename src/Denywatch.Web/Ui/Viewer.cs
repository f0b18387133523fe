using Microsoft.JSInterop;

namespace Denywatch.Web.Ui;

/// <summary>What the viewer's browser prefers: a cascading value of the layout.</summary>
/// <param name="Zone">Zone in which times show.</param>
/// <param name="BrowserZone">Zone of the browser, also while times show in UTC.</param>
public sealed record Viewer(TimeZoneInfo Zone, TimeZoneInfo BrowserZone, bool IsDark, bool IsCompact, bool IsRailNarrow)
{
    public static Viewer Default { get; } = new(TimeZoneInfo.Utc, TimeZoneInfo.Utc, true, false, false);

    public bool IsUtc => Zone.BaseUtcOffset == TimeSpan.Zero && Zone.Id is "UTC" or "Etc/UTC";

    public DateTimeOffset Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, Zone);

    internal static Viewer Of(Look look)
    {
        var browser = TimeZoneInfo.TryFindSystemTimeZoneById(look.BrowserZone, out var zone) ? zone : TimeZoneInfo.Utc;
        return new(
            look.Zone == "utc" ? TimeZoneInfo.Utc : browser,
            browser,
            look.Theme != "light",
            look.Density == "compact",
            look.Rail == "narrow"
        );
    }
}

/// <summary>The entry in the browser's storage, and the browser's zone (shell.js).</summary>
internal sealed record Look(string Theme, string Density, string Rail, string Zone, string BrowserZone);
