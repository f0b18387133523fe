using System.Net.Sockets;
using Denywatch.Storage.Entities;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Denywatch.Web.Features.Connectors;

/// <summary>Mail over the one SMTP server of the installation.</summary>
public sealed class EmailChannel(Settings settings) : IChannel
{
    public ConnectorKind Kind => ConnectorKind.Email;

    /// <summary>Longest that one attempt may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(20);

    public async Task<Answer> SendAsync(Connector connector, Delivery delivery, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(connector);
        ArgumentNullException.ThrowIfNull(delivery);
        var smtp = settings.Smtp;
        if (!smtp.IsSet)
            return Answer.Failed("no mail server is set: Denywatch__Smtp__Host and Denywatch__Smtp__From");

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        using var mail = AlertMail.Of(connector, delivery, Outgoing.Of(delivery, settings), smtp.From!);
        try
        {
            // Revocation lists are out of reach in closed networks, and their absence must not stop an alert.
            using var client = new SmtpClient { CheckCertificateRevocation = false };
            await client.ConnectAsync(smtp.Host!, smtp.Port, SecurityOf(smtp.Tls), patience.Token);
            if (smtp.User is { Length: > 0 } user)
                await client.AuthenticateAsync(user, smtp.Password ?? "", patience.Token);
            var answer = await client.SendAsync(mail, patience.Token);
            await LeaveAsync(client, patience.Token);
            return Answer.Delivered($"taken: {answer}");
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Answer.Failed($"the mail server did not answer within {Patience.TotalSeconds:0.#} s");
        }
        catch (SmtpCommandException said)
        {
            var words = $"the mail server answered {(int)said.StatusCode} {said.Message}";
            return (int)said.StatusCode >= 500 ? Answer.Refused(words) : Answer.Failed(words);
        }
        catch (Exception failed)
            when (failed
                    is SocketException
                        or IOException
                        or ProtocolException
                        or AuthenticationException
                        or SslHandshakeException
                        or NotSupportedException
            )
        {
            return Answer.Failed(
                failed is SocketException { SocketErrorCode: SocketError.ConnectionRefused }
                    ? "the mail server refused the connection"
                    : failed.Message
            );
        }
    }

    /// <summary>The mail is taken by now; how the conversation ends changes nothing.</summary>
    private static async Task LeaveAsync(SmtpClient client, CancellationToken ct)
    {
        try
        {
            await client.DisconnectAsync(quit: true, ct);
        }
        catch (Exception gone) when (gone is IOException or ProtocolException or OperationCanceledException)
        {
            // It hung up first.
        }
    }

    private static SecureSocketOptions SecurityOf(SmtpTls tls) =>
        tls switch
        {
            SmtpTls.None => SecureSocketOptions.None,
            SmtpTls.Tls => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.StartTls,
        };
}
