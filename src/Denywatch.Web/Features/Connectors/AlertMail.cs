using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using MimeKit;
using MimeKit.Text;

namespace Denywatch.Web.Features.Connectors;

/// <summary>A message as a mail: plain text and HTML, and the mails of one episode are one thread.</summary>
internal static class AlertMail
{
    public static MimeMessage Of(Connector connector, Delivery delivery, AlertMessage message, string from)
    {
        var sender = MailboxAddress.Parse(from);
        var told = message.Data.Denywatch;
        var mail = new MimeMessage
        {
            // The same through all attempts: a mailbox that has it already knows it again.
            MessageId = IdOf(delivery.Sequence),
            Subject = told.AlertId is { } id ? $"[Denywatch #{id}] {told.Title}" : $"[Denywatch] {told.Title}",
            Date = message.Timestamp,
            Body = new Multipart("alternative")
            {
                new TextPart(TextFormat.Plain) { Text = Plain(message) },
                new TextPart(TextFormat.Html) { Text = Html(message) },
            },
        };
        mail.From.Add(sender);
        mail.To.AddRange(InternetAddressList.Parse(connector.Address));
        mail.Headers.Add("Auto-Submitted", "auto-generated");
        if (delivery.Sequence > 1)
        {
            mail.InReplyTo = IdOf(1);
            mail.References.Add(IdOf(1));
        }
        return mail;

        string IdOf(int sequence) => $"{told.Key}.{connector.Id}.{sequence}@{sender.Domain}";
    }

    private static string Plain(AlertMessage message)
    {
        var text = new StringBuilder().AppendLine(message.Data.Message).AppendLine();
        foreach (var (name, value) in Facts(message))
            text.Append(name).Append(": ").AppendLine(value);
        if (message.Data.Event.Url is { } url)
            text.AppendLine().AppendLine(url);
        return text.ToString();
    }

    private static string Html(AlertMessage message)
    {
        var html = new StringBuilder("<!doctype html><html><body style=\"font:14px/1.5 sans-serif\"><p><strong>");
        html.Append(Safe(message.Data.Message)).Append("</strong></p><table>");
        foreach (var (name, value) in Facts(message))
            html.Append("<tr><th align=\"left\" style=\"padding-right:16px\">")
                .Append(Safe(name))
                .Append("</th><td>")
                .Append(Safe(value))
                .Append("</td></tr>");
        html.Append("</table>");
        if (message.Data.Event.Url is { } url)
            html.Append("<p><a href=\"").Append(Safe(url)).Append("\">Open it in Denywatch</a></p>");
        return html.Append("</body></html>").ToString();
    }

    private static IEnumerable<(string Name, string Value)> Facts(AlertMessage message)
    {
        var (document, told) = (message.Data, message.Data.Denywatch);
        yield return ("News", document.Event.Action);
        if (told.AlertId is null)
            yield break;

        yield return ("Severity", told.SeverityReason is { Length: > 0 } reason ? reason : told.Severity);
        if (told.Cause is { Length: > 0 } cause)
            yield return ("Likely cause", cause);
        yield return (
            "Denies",
            string.Create(CultureInfo.InvariantCulture, $"{told.Actual:N0} at the peak, {told.Typical:N0} expected")
        );
        yield return (
            "Began",
            document.Event.Start.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)
        );
        if (document.Rule is { } rule)
            yield return ("Rule", rule.Name);
        if (told.CloseReason is { } closed)
            yield return ("Closed as", $"{closed.Replace('_', ' ')} by {told.ClosedBy}");
    }

    private static string Safe(string text) => HtmlEncoder.Default.Encode(text);
}
