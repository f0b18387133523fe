using System.Globalization;

namespace Denywatch.Web.Ui;

/// <summary>Numbers as people read them: one decimal at most, a narrow no-break space before the unit.</summary>
public static class Numbers
{
    private const char Thin = '\u202f';

    /// <summary>999, 4.3 k, 12.3 k, 1.2 M; less than 10 keeps one decimal if it has one.</summary>
    public static string Compact(double value)
    {
        var size = Math.Abs(value);
        return size switch
        {
            < 10 => value.ToString("0.#", CultureInfo.InvariantCulture),
            < 999.5 => value.ToString("0", CultureInfo.InvariantCulture),
            < 999_950 => (value / 1e3).ToString("0.0", CultureInfo.InvariantCulture) + Thin + "k",
            < 999_950_000 => (value / 1e6).ToString("0.0", CultureInfo.InvariantCulture) + Thin + "M",
            _ => (value / 1e9).ToString("0.0", CultureInfo.InvariantCulture) + Thin + "G",
        };
    }

    /// <summary>4,312; a fraction keeps one decimal below 100.</summary>
    public static string Exact(double value) =>
        value.ToString(Math.Abs(value) < 100 ? "#,0.#" : "#,0", CultureInfo.InvariantCulture);

    /// <summary>How many times the typical count: 7.1x; null where the typical is too small to divide by.</summary>
    public static string? Ratio(double actual, double typical) =>
        typical < 0.5 ? null
        : actual / typical >= 100 ? Exact(Math.Round(actual / typical)) + "x"
        : (actual / typical).ToString("0.0", CultureInfo.InvariantCulture) + "x";

    /// <summary>A share of one: 83 %, 0.4 %, under 0.1 %.</summary>
    public static string Percent(double share) =>
        share switch
        {
            <= 0 => "0" + Thin + "%",
            < 0.001 => "< 0.1" + Thin + "%",
            < 0.0995 => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + Thin + "%",
            _ => (share * 100).ToString("0", CultureInfo.InvariantCulture) + Thin + "%",
        };
}
