namespace Denywatch.Web.Ui;

/// <summary>How a sender is doing.</summary>
public enum LampState
{
    Ok,

    /// <summary>Lines come, but later than they used to.</summary>
    Late,

    /// <summary>No line for longer than is usual.</summary>
    Quiet,

    /// <summary>No line ever.</summary>
    Never,
}
