using System.Globalization;
using System.Text;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.Handover;

/// <summary>The handover in words.</summary>
public static class HandoverWords
{
    /// <summary>Such as "Since 06:00: 4 opened, 3 closed, 1 acknowledged; 2 are open."</summary>
    public static string Headline(HandoverStory story, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(story);
        var from = TimeZoneInfo.ConvertTime(story.From, zone);
        var to = TimeZoneInfo.ConvertTime(story.To, zone);
        return $"Since {Times.Compact(from, to)}: {Count(story.Opened)} opened, {Count(story.Closed)} closed, "
            + $"{Count(story.Acknowledged)} acknowledged; {Count(story.Open)} {(story.Open.Count == 1 ? "is" : "are")} open.";
    }

    /// <summary>Such as "2 benign positive, 1 false positive", the commonest first.</summary>
    public static string Reasons(IEnumerable<HandoverAlert> closed) =>
        string.Join(
            ", ",
            closed
                .GroupBy(alert => alert.CloseReason ?? CloseReason.Other)
                .OrderByDescending(group => group.Count())
                .ThenBy(group => group.Key)
                .Select(group => $"{group.Count()} {AlertWords.Reason(group.Key)}")
        );

    /// <summary>For a chat or a ticket.</summary>
    /// <param name="home">Start of links, without a slash at its end.</param>
    public static string Markdown(HandoverStory story, TimeZoneInfo zone, string home)
    {
        ArgumentNullException.ThrowIfNull(story);
        var text = new StringBuilder().Append("**").Append(Headline(story, zone)).AppendLine("**");
        List("Open", story.Open.Select(Line));
        List("Acknowledged", story.Acknowledged.Select(Line));
        List("Closed", story.Closed.Select(Line));
        List("Exceptions added", story.Added.Select(e => $"{Safe(e.Scope)}: {Safe(e.Reason)} ({Safe(e.Owner)})"));
        List("Exceptions that end within a day", story.Ending.Select(e => $"{Safe(e.Scope)}, {At(e.Until)}"));
        List("Quiet sources", story.Quiet.Select(s => $"{Safe(s.Firewall)} ({Safe(s.Sender)}): {s.Health.Reason}"));
        List(
            "Notes",
            story.SignOffs.Where(s => s.Note is not null).Select(s => $"{Safe(s.Who)}, {At(s.At)}: {s.Note}")
        );
        return text.ToString();

        void List(string head, IEnumerable<string> lines)
        {
            var all = lines.ToList();
            if (all.Count == 0)
                return;
            text.AppendLine().Append("### ").AppendLine(head);
            foreach (var line in all)
                text.Append("- ").AppendLine(line);
        }

        string Line(HandoverAlert alert) =>
            $"[#{alert.Id}]({home}/alerts/{alert.Id}) {alert.Severity}: {Safe(alert.Title)}, {At(alert.StartedAt)}"
            + (
                alert.Status == AlertStatus.Closed
                    ? $", {AlertWords.Reason(alert.CloseReason ?? CloseReason.Other)}"
                    : ""
            )
            + (alert.Who is { } who ? $" ({Safe(who)})" : "");

        string At(DateTimeOffset at) =>
            TimeZoneInfo.ConvertTime(at, zone).ToString("ddd HH:mm", CultureInfo.InvariantCulture);
    }

    private static string Count(IReadOnlyList<HandoverAlert> alerts) =>
        alerts.Count == HandoverQueries.Most ? $"{Numbers.Exact(alerts.Count)} or more" : Numbers.Exact(alerts.Count);

    /// <summary>Names come from logs: no mark-up out of them.</summary>
    private static string Safe(string text) =>
        string.Concat(text.Select(c => c is '*' or '_' or '[' or ']' or '<' or '>' or '`' or '\\' ? $"\\{c}" : $"{c}"));
}
