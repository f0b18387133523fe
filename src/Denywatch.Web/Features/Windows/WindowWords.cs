using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.Windows;

/// <summary>How pages say when a window is in force.</summary>
public static class WindowWords
{
    /// <summary>Such as "in force for another 35 min" or "next in 3 d".</summary>
    public static string Standing(WindowRow row, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(row);
        return row.RemovedAt is not null ? "taken back"
            : row.Current is { } current ? $"in force for another {Times.Length(current.Until - now)}"
            : row.Next is { } next ? $"next in {Times.Length(next.From - now)}"
            : "over";
    }

    /// <summary>The list's sentence.</summary>
    public static string Sentence(IReadOnlyList<WindowRow> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var current = rows.Count(row => row.Current is not null);
        var waiting = rows.Count(row => row.Current is null && row.Next is not null);
        var inForce = current switch
        {
            0 => "No maintenance window is in force",
            1 => "One maintenance window is in force",
            _ => $"{Numbers.Exact(current)} maintenance windows are in force",
        };
        return waiting == 0
            ? $"{inForce}."
            : $"{inForce}; {Numbers.Exact(waiting)} {(waiting == 1 ? "waits" : "wait")} for {(waiting == 1 ? "its" : "their")} time.";
    }
}
