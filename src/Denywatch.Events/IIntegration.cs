namespace Denywatch.Events;

/// <summary>
/// The knowledge about one product's log format. Implementations are stateless, never throw, and answer a bad line with
/// what is wrong with it.
/// </summary>
public interface IIntegration
{
    /// <summary>A stable id such as <c>cisco_asa</c>: stored with sources, shown, and used to pin a source.</summary>
    string Name { get; }

    /// <summary>How the product calls itself, such as <c>Cisco ASA</c>.</summary>
    string Title { get; }

    /// <summary>A cheap look: could this line be ours? Asked in catalogue order, most telling format first.</summary>
    bool Recognises(in LogLine line);

    /// <summary>Reads one line into no, one or several events.</summary>
    Outcome Parse(in LogLine line, ICollection<FirewallEvent> events);

    /// <summary>
    /// The integration for one sender: itself, unless earlier lines say how to read later ones (a header row). Then it is
    /// a fresh instance that remembers them.
    /// </summary>
    IIntegration ForSender() => this;
}

/// <summary>Whether a line was understood; a line may be understood and hold no event (a heartbeat, a header row).</summary>
public readonly record struct Outcome(string? Problem)
{
    public static Outcome Understood => default;

    public bool IsUnderstood => Problem is null;

    /// <param name="problem">A sentence: what is wrong, where, and what would be right.</param>
    public static Outcome Rejected(string problem) => new(problem);
}
