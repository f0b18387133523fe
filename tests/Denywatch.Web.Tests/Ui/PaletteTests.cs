using System.Globalization;
using Denywatch.Web.Ui.Theme;

namespace Denywatch.Web.Tests.Ui;

public class PaletteTests
{
    /// <summary>Every pair of a text colour and what it stands on.</summary>
    public static TheoryData<string, string, string> Texts =>
        Pairs(["text", "muted", "accent", "critical", "caution", "ok"], ["ground", "surface", "raised"]);

    /// <summary>Every mark and edge that has to be seen, on what lies behind it.</summary>
    public static TheoryData<string, string, string> Marks =>
        Pairs(
            ["actual", "model", "warning", "minor", "major", "critical", "edge", "ok", "caution"],
            ["ground", "surface"]
        );

    [Theory]
    [MemberData(nameof(Texts))]
    public void Text_stands_out_from_every_ground_at_least_4_5_to_1(string theme, string text, string ground) =>
        Assert.True(
            Contrast(Of(theme)[text], Of(theme)[ground]) >= 4.5,
            $"{Contrast(Of(theme)[text], Of(theme)[ground]):0.00}"
        );

    [Theory]
    [MemberData(nameof(Marks))]
    public void Marks_stand_out_from_every_ground_at_least_3_to_1(string theme, string mark, string ground) =>
        Assert.True(
            Contrast(Of(theme)[mark], Of(theme)[ground]) >= 3,
            $"{Contrast(Of(theme)[mark], Of(theme)[ground]):0.00}"
        );

    [Theory]
    [InlineData("dark")]
    [InlineData("light")]
    public void Text_on_fills_stands_out(string theme)
    {
        Assert.True(Contrast("#ffffff", Of(theme)["critical-fill"]) >= 4.5);
        Assert.True(Contrast(Of(theme)["on-accent"], Of(theme)["accent"]) >= 4.5);
        Assert.True(Contrast(Of(theme)["text"], Of(theme)["track"]) >= 4.5);
    }

    [Theory]
    [InlineData("dark")]
    [InlineData("light")]
    public void Bands_differ_in_lightness_so_that_they_survive_a_projector(string theme)
    {
        var lightness = new[] { "warning", "minor", "major", "critical" }
            .Select(band => Lightness(Of(theme)[band]))
            .Order()
            .ToList();

        Assert.All(lightness.Zip(lightness.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 6, $"{pair}"));
    }

    [Fact]
    public void Every_colour_reaches_the_style_sheet_in_both_themes() =>
        Assert.All(Palette.Dark.Entries.Keys, name => Assert.Equal(3, Palette.Css.Split($"--dw-{name}:").Length));

    private static IReadOnlyDictionary<string, string> Of(string theme) =>
        (theme == "dark" ? Palette.Dark : Palette.Light).Entries;

    private static TheoryData<string, string, string> Pairs(string[] above, string[] below) =>
        [
            .. from theme in new[] { "dark", "light" }
            from a in above
            from b in below
            select new TheoryDataRow<string, string, string>(theme, a, b),
        ];

    /// <summary>WCAG 2.2, contrast ratio.</summary>
    private static double Contrast(string a, string b)
    {
        var (x, y) = (Luminance(a), Luminance(b));
        return (Math.Max(x, y) + 0.05) / (Math.Min(x, y) + 0.05);
    }

    private static double Luminance(string hex) =>
        new[] { (1, 0.2126), (3, 0.7152), (5, 0.0722) }.Sum(part =>
        {
            var channel =
                int.Parse(hex.AsSpan(part.Item1, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return part.Item2 * (channel <= 0.04045 ? channel / 12.92 : Math.Pow((channel + 0.055) / 1.055, 2.4));
        });

    /// <summary>CIE L*.</summary>
    private static double Lightness(string hex) => 116 * Math.Cbrt(Luminance(hex)) - 16;
}
