namespace Denywatch.Web.Ui.Charts;

/// <summary>What other settings make of an alert; the chart draws each in a shape of its own.</summary>
public enum MarkKind
{
    /// <summary>There before and after.</summary>
    Kept,

    /// <summary>There only after.</summary>
    Gained,

    /// <summary>There only before.</summary>
    Lost,

    /// <summary>A confirmed true positive that is lost.</summary>
    Confirmed,
}

/// <summary>A mark on the line.</summary>
/// <param name="Text">What it stands for.</param>
public sealed record MonthMark(DateTimeOffset At, MarkKind Kind, string Text);

/// <summary>One step of the line.</summary>
/// <param name="Actual">Null where nothing came in.</param>
public sealed record MonthStep(DateTimeOffset At, double? Actual, double? Typical);
