using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.DataSources;

/// <summary>What pages call alarms of sources, and what is to be done about each.</summary>
public static class SourceAlarmWords
{
    public static string Name(SourceAlarmKind kind) =>
        kind switch
        {
            SourceAlarmKind.Duplicate => "duplicate feed",
            SourceAlarmKind.LoggingChanged => "logging changed",
            _ => kind.ToString().ToLowerInvariant(),
        };

    /// <summary>The next step, as a sentence.</summary>
    public static string NextStep(SourceAlarmKind kind) =>
        kind switch
        {
            SourceAlarmKind.Quiet =>
                "Look whether the firewall still logs to this server, and whether the way is open; its next line ends this.",
            SourceAlarmKind.Late =>
                "Look what holds its lines up: a shipper that catches up, a wrong time zone, a clock. Below half the lag this ends.",
            SourceAlarmKind.Duplicate =>
                "Take one of the two ways out of the firewall's or the shipper's configuration; half an hour later this ends.",
            _ =>
                "Ask who changed the firewall's logging. If it is meant to stay, say so: from then on it is measured by what it logs now.",
        };

    /// <summary>What a person says to end it; null where only a line can.</summary>
    public static string? Dismissal(SourceAlarmKind kind) =>
        kind switch
        {
            SourceAlarmKind.Duplicate => "It is no duplicate",
            SourceAlarmKind.LoggingChanged => "That is the new normal",
            _ => null,
        };
}
