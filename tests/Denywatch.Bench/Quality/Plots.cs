using System.Globalization;
using System.Text;

namespace Denywatch.Bench.Quality;

/// <summary>The two pictures of docs/detection.md, as SVG.</summary>
internal static class Plots
{
    private const int Width = 520;
    private const int Height = 260;
    private const int Margin = 46;

    public static void Write(
        string folder,
        IReadOnlyList<Verdict> verdicts,
        IReadOnlyList<CalibrationPoint> calibration
    )
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "recall-by-false-alarms.svg"), RecallByFalseAlarms(verdicts));
        File.WriteAllText(Path.Combine(folder, "calibration.svg"), CalibrationByMean(calibration));
    }

    private static string RecallByFalseAlarms(IReadOnlyList<Verdict> verdicts)
    {
        var weeks = verdicts.Sum(v => v.Weeks);
        var incidents = verdicts.SelectMany(v => v.Incidents).ToList();
        var alarms = new double[Verdict.Steps + 1];
        foreach (var one in verdicts.Select(v => v.FalseAlarms()))
        {
            for (var step = 1; step <= Verdict.Steps; step++)
                alarms[step] += one[step] / weeks;
        }

        var x = new Scale(0.003, 1, Margin, Width - 12);
        var y = new Scale(0, 1, Height - Margin, 12, IsLogarithmic: false);
        var points = Enumerable
            .Range(1, 100)
            .Select(score => score * (Verdict.Steps / 100))
            .Where(step => alarms[step] is >= 0.003 and <= 1)
            .Select(step => (x.At(alarms[step]), y.At((double)incidents.Count(i => i.Best >= step) / incidents.Count)))
            .ToList();
        var at75 = 75 * (Verdict.Steps / 100);
        var mark = (
            x.At(alarms[at75]),
            y.At((double)incidents.Count(i => i.Best >= at75) / incidents.Count),
            "score 75"
        );
        return Draw(
            "Share of incidents found, by false alarms per series and week",
            [.. new[] { 0.01, 0.1, 1 }.Select(v => (x.At(v), v.ToString(CultureInfo.InvariantCulture)))],
            [
                .. new[] { 0, 0.25, 0.5, 0.75, 1 }.Select(v =>
                    (y.At(v), v.ToString("0 %", CultureInfo.InvariantCulture))
                ),
            ],
            [points],
            [mark]
        );
    }

    private static string CalibrationByMean(IReadOnlyList<CalibrationPoint> calibration)
    {
        var x = new Scale(0.03, 100_000, Margin, Width - 12);
        var y = new Scale(0.25, 4, Height - Margin, 12);
        return Draw(
            "Alarms of quiet series over the stated rate, by mean count of a bucket",
            [
                .. new[] { 0.1, 1, 10, 100, 1_000, 10_000 }.Select(v =>
                    (x.At(v), v.ToString("#,0.#", CultureInfo.InvariantCulture))
                ),
            ],
            [.. new[] { 0.25, 0.5, 1, 2, 4 }.Select(v => (y.At(v), v.ToString(CultureInfo.InvariantCulture)))],
            [
                [.. calibration.Select(point => (x.At(point.Mean), y.At(Math.Clamp(point.Ratio, 0.25, 4))))],
            ],
            [.. calibration.Select(point => (x.At(point.Mean), y.At(Math.Clamp(point.Ratio, 0.25, 4)), ""))]
        );
    }

    private static string Draw(
        string title,
        List<(double At, string Label)> across,
        List<(double At, string Label)> up,
        List<List<(double X, double Y)>> lines,
        List<(double X, double Y, string Label)> marks
    )
    {
        var svg = new StringBuilder();
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Width} {Height}\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#777\">\n<title>{title}</title>\n"
        );
        foreach (var (at, label) in across)
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"M{at:0.#} 12V{Height - Margin}\" stroke=\"#7774\"/><text x=\"{at:0.#}\" y=\"{Height - Margin + 16}\" text-anchor=\"middle\">{label}</text>\n"
            );
        foreach (var (at, label) in up)
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"M{Margin} {at:0.#}H{Width - 12}\" stroke=\"#7774\"/><text x=\"{Margin - 6}\" y=\"{at + 4:0.#}\" text-anchor=\"end\">{label}</text>\n"
            );
        foreach (var line in lines)
        {
            var points = string.Join(
                ' ',
                line.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.X:0.#},{p.Y:0.#}"))
            );
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<polyline points=\"{points}\" fill=\"none\" stroke=\"#3b7dd8\" stroke-width=\"2\"/>\n"
            );
        }
        foreach (var (left, top, label) in marks)
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<circle cx=\"{left:0.#}\" cy=\"{top:0.#}\" r=\"4\" fill=\"#3b7dd8\"/><text x=\"{left + 8:0.#}\" y=\"{top + 14:0.#}\">{label}</text>\n"
            );
        svg.Append(
            CultureInfo.InvariantCulture,
            $"<text x=\"{(Width + Margin) / 2}\" y=\"{Height - 8}\" text-anchor=\"middle\">{title}</text>\n</svg>\n"
        );
        return svg.ToString();
    }

    private readonly record struct Scale(double From, double To, double Start, double End, bool IsLogarithmic = true)
    {
        public double At(double value)
        {
            var share = IsLogarithmic ? Math.Log(value / From) / Math.Log(To / From) : (value - From) / (To - From);
            return Start + share * (End - Start);
        }
    }
}
