namespace Denywatch.Web.Layout;

/// <summary>How well Denywatch itself is.</summary>
public enum Health
{
    /// <summary>Not asked yet.</summary>
    Unknown,
    Ok,

    /// <summary>Works, but wants a look.</summary>
    Degraded,
    Down,
}

/// <summary>What the foot of every page says. Given to the layout as a cascading value, and again when it changes.</summary>
/// <param name="IntakePerSecond">Events a second over the last minute, of any verdict; null while unknown.</param>
/// <param name="ScoringLag">Age of the oldest count that waits to be scored; null while unknown.</param>
/// <param name="Reason">A sentence that explains the state, such as "Source fw-branch-7 is quiet since 10:42."</param>
public sealed record HealthLine(double? IntakePerSecond, TimeSpan? ScoringLag, Health State, string Reason)
{
    public static HealthLine Unknown { get; } = new(null, null, Health.Unknown, "Not measured yet.");
}

/// <summary>Counts beside the entries of the rail, as a cascading value; 0 shows nothing.</summary>
/// <param name="Open">Open alerts.</param>
/// <param name="Mine">Alerts in the viewer's hands.</param>
/// <param name="QuietSources">Data sources that are late or quiet.</param>
public sealed record RailCounts(int Open, int Mine, int QuietSources);
