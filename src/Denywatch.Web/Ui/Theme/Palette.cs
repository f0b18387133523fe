using System.Globalization;
using System.Text;
using MudBlazor;

namespace Denywatch.Web.Ui.Theme;

/// <summary>
/// Every colour of Denywatch, once, for one theme. The style sheet and the charts read them as <c>--dw-*</c> variables,
/// MudBlazor as <see cref="Theme"/>; a test computes the contrasts. Grey is normal, blue is the model, the four band
/// colours are for anomalies only and differ in lightness as well as in hue.
/// </summary>
public sealed record Palette
{
    /// <summary>The page.</summary>
    public required string Ground { get; init; }

    /// <summary>Panels on the page: rail, bars, cards.</summary>
    public required string Surface { get; init; }

    /// <summary>Above panels: menus, dialogs, tooltips; also a row under the pointer.</summary>
    public required string Raised { get; init; }

    /// <summary>Thin separators: they order, they do not have to be seen.</summary>
    public required string Line { get; init; }

    /// <summary>Edges of controls, which have to be seen.</summary>
    public required string Edge { get; init; }

    public required string Text { get; init; }

    /// <summary>Second voice: units, heads of columns, times.</summary>
    public required string Muted { get; init; }

    /// <summary>Links, chosen things, the focus ring.</summary>
    public required string Accent { get; init; }

    /// <summary>Text on an accent fill.</summary>
    public required string OnAccent { get; init; }

    /// <summary>What happened: the line of denies.</summary>
    public required string Actual { get; init; }

    /// <summary>What was expected: line and band of the model.</summary>
    public required string Model { get; init; }

    /// <summary>Cells of a swim lane where nothing was unusual.</summary>
    public required string Track { get; init; }

    public required string Warning { get; init; }
    public required string Minor { get; init; }
    public required string Major { get; init; }
    public required string Critical { get; init; }

    /// <summary>Fill behind white text, for critical alone.</summary>
    public required string CriticalFill { get; init; }

    /// <summary>A lamp that is well.</summary>
    public required string Ok { get; init; }

    /// <summary>A lamp that wants a look; words of a failure.</summary>
    public required string Caution { get; init; }

    public static Palette Dark { get; } =
        new()
        {
            Ground = "#0f1317",
            Surface = "#151a20",
            Raised = "#1e252d",
            Line = "#262e37",
            Edge = "#67737f",
            Text = "#e2e7ec",
            Muted = "#9aa6b2",
            Accent = "#79b8f7",
            OnAccent = "#0c1a29",
            Actual = "#cdd5dd",
            Model = "#5b9fe3",
            Track = "#232b34",
            Warning = "#548b90",
            Minor = "#f0dc78",
            Major = "#f9a14b",
            Critical = "#ff655c",
            CriticalFill = "#c22f2c",
            Ok = "#62b384",
            Caution = "#e8b25a",
        };

    public static Palette Light { get; } =
        new()
        {
            Ground = "#f5f6f8",
            Surface = "#ffffff",
            Raised = "#eef1f4",
            Line = "#dfe3e8",
            Edge = "#7d8792",
            Text = "#1b2229",
            Muted = "#566270",
            Accent = "#0f62b0",
            OnAccent = "#ffffff",
            Actual = "#37424d",
            Model = "#3c82c9",
            Track = "#e6eaee",
            Warning = "#62959a",
            Minor = "#967900",
            Major = "#ad4600",
            Critical = "#a50d1f",
            CriticalFill = "#b3152a",
            Ok = "#267a4b",
            Caution = "#8a5800",
        };

    /// <summary>MudBlazor's theme, made from both palettes.</summary>
    public static MudTheme Theme { get; } =
        new()
        {
            PaletteDark = Dark.Into(new PaletteDark()),
            PaletteLight = Light.Into(new PaletteLight()),
            LayoutProperties = new LayoutProperties { DefaultBorderRadius = "4px" },
            Typography = new Typography
            {
                Default = new DefaultTypography
                {
                    FontFamily = ["var(--dw-font)"],
                    FontSize = "0.875rem",
                    LineHeight = "1.43",
                    LetterSpacing = "0",
                },
                Button = new ButtonTypography
                {
                    FontSize = "0.875rem",
                    TextTransform = "none",
                    LetterSpacing = "0",
                    LineHeight = "1.43",
                },
            },
        };

    /// <summary>Both palettes as custom properties of the document, chosen by <c>data-theme</c>.</summary>
    public static string Css { get; } = $":root{{{Dark.Variables}}}:root[data-theme=light]{{{Light.Variables}}}";

    /// <summary>Name and colour of every entry, such as <c>critical</c> and <c>#ff655c</c>.</summary>
    public IReadOnlyDictionary<string, string> Entries =>
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ground"] = Ground,
            ["surface"] = Surface,
            ["raised"] = Raised,
            ["line"] = Line,
            ["edge"] = Edge,
            ["text"] = Text,
            ["muted"] = Muted,
            ["accent"] = Accent,
            ["on-accent"] = OnAccent,
            ["actual"] = Actual,
            ["model"] = Model,
            ["track"] = Track,
            ["warning"] = Warning,
            ["minor"] = Minor,
            ["major"] = Major,
            ["critical"] = Critical,
            ["critical-fill"] = CriticalFill,
            ["ok"] = Ok,
            ["caution"] = Caution,
        };

    private string Variables =>
        Entries
            .Aggregate(
                new StringBuilder(),
                (css, entry) => css.Append(CultureInfo.InvariantCulture, $"--dw-{entry.Key}:{entry.Value};")
            )
            .ToString();

    private T Into<T>(T mud)
        where T : MudBlazor.Palette
    {
        mud.Background = Ground;
        mud.BackgroundGray = Raised;
        mud.Surface = Surface;
        mud.DrawerBackground = Surface;
        mud.DrawerText = Text;
        mud.DrawerIcon = Muted;
        mud.AppbarBackground = Surface;
        mud.AppbarText = Text;
        mud.TextPrimary = Text;
        mud.TextSecondary = Muted;
        mud.TextDisabled = Muted;
        mud.ActionDefault = Muted;
        mud.ActionDisabled = Edge;
        mud.ActionDisabledBackground = Raised;
        mud.LinesDefault = Line;
        mud.LinesInputs = Edge;
        mud.Divider = Line;
        mud.DividerLight = Line;
        mud.TableLines = Line;
        mud.TableHover = Raised;
        mud.TableStriped = Raised;
        mud.Primary = Accent;
        mud.PrimaryContrastText = OnAccent;
        mud.Secondary = Muted;
        mud.SecondaryContrastText = Surface;
        mud.Tertiary = Model;
        mud.TertiaryContrastText = OnAccent;
        mud.Info = Accent;
        mud.InfoContrastText = OnAccent;
        mud.Success = Ok;
        mud.SuccessContrastText = Surface;
        mud.Warning = Caution;
        mud.WarningContrastText = Surface;
        mud.Error = Critical;
        mud.ErrorContrastText = Surface;
        mud.Dark = Raised;
        mud.DarkContrastText = Text;
        return mud;
    }
}
