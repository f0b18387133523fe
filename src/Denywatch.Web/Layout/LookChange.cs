using Denywatch.Web.Ui;

namespace Denywatch.Web.Layout;

/// <summary>One choice of the viewer, and the words under which the browser keeps it.</summary>
public sealed record LookChange(string Name, string Value, Func<Viewer, Viewer> Apply)
{
    public static LookChange Theme(bool dark) => new("theme", dark ? "dark" : "light", v => v with { IsDark = dark });

    public static LookChange Rail(bool narrow) =>
        new("rail", narrow ? "narrow" : "open", v => v with { IsRailNarrow = narrow });

    public static LookChange Density(bool compact) =>
        new("density", compact ? "compact" : "normal", v => v with { IsCompact = compact });

    public static LookChange Zone(bool utc) =>
        new("zone", utc ? "utc" : "local", v => v with { Zone = utc ? TimeZoneInfo.Utc : v.BrowserZone });
}
