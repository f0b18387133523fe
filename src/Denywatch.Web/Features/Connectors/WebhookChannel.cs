using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Denywatch.Storage.Entities;

namespace Denywatch.Web.Features.Connectors;

/// <summary>
/// A signed POST as Standard Webhooks describes it (https://www.standardwebhooks.com): <c>webhook-id</c> stays the same
/// through all attempts, and the signature is over id, time and body.
/// </summary>
public sealed class WebhookChannel(ConnectorSecrets secrets, Settings settings, TimeProvider clock)
    : IChannel,
        IDisposable
{
    /// <summary>Most of an answer that is read, in bytes: enough to say what was wrong.</summary>
    private const int MostRead = 2_048;

    private readonly HttpClient http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false, // a proxy would resolve the name itself, past the check of the address
            ConnectCallback = ConnectAsync,
            MaxResponseHeadersLength = 16,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        }
    )
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public ConnectorKind Kind => ConnectorKind.Webhook;

    /// <summary>Longest that one attempt may take.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    public async Task<Answer> SendAsync(Connector connector, Delivery delivery, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(connector);
        ArgumentNullException.ThrowIfNull(delivery);
        if (secrets.Read(connector) is not { } secret)
            return Answer.Refused("its secret cannot be read with this installation's keys: make a new one");

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            using var request = RequestOf(connector, delivery, secret);
            using var response = await http.SendAsync(
                request,
                HttpCompletionOption.ResponseHeadersRead,
                patience.Token
            );
            return await AnswerOfAsync(response, patience.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return Answer.Failed($"no answer within {Patience.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException failed) when (failed.InnerException is ForbiddenAddressException forbidden)
        {
            return Answer.Refused(forbidden.Message);
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or SocketException)
        {
            return Answer.Failed(Words(failed));
        }
    }

    public void Dispose() => http.Dispose();

    private HttpRequestMessage RequestOf(Connector connector, Delivery delivery, string secret)
    {
        var body = Outgoing.Of(delivery, settings).ToJson();
        var (id, time) = ($"msg_{delivery.MessageId:N}", clock.GetUtcNow().ToUnixTimeSeconds());
        var request = new HttpRequestMessage(HttpMethod.Post, connector.Address)
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("User-Agent", "Denywatch");
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", time.ToString(CultureInfo.InvariantCulture));
        request.Headers.Add("webhook-signature", WebhookSignature.Of(secret, id, time, body));
        return request;
    }

    private static async Task<Answer> AnswerOfAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var status = $"answered {(int)response.StatusCode}";
        if (response.IsSuccessStatusCode)
            return Answer.Delivered(status);

        await using var body = await response.Content.ReadAsStreamAsync(ct);
        var bytes = new byte[MostRead];
        var read = await body.ReadAtLeastAsync(bytes, MostRead, throwOnEndOfStream: false, ct);
        var words = $"{status} {Encoding.UTF8.GetString(bytes, 0, read)}";
        return (int)response.StatusCode switch
        {
            >= 300 and < 400 => Answer.Refused($"{status}: redirects are not followed, name the final address"),
            408 or 425 or 429 => Answer.Failed(words),
            >= 400 and < 500 => Answer.Refused(words),
            _ => Answer.Failed(words),
        };
    }

    private static string Words(Exception failed) =>
        failed switch
        {
            { InnerException: SocketException socket } => Words(socket),
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "connection refused",
            SocketException
            {
                SocketErrorCode: SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain
            } => "its name is not known",
            HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
                $"no secure connection: {failed.InnerException?.Message ?? failed.Message}",
            HttpRequestException { HttpRequestError: HttpRequestError.ResponseEnded } => "hung up without an answer",
            _ => failed.Message,
        };

    // Looked at here and not only when the address is saved: a name may lead elsewhere by now.
    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var addresses = await Dns.GetHostAddressesAsync(context.DnsEndPoint.Host, ct);
        if (addresses.FirstOrDefault(ForbiddenAddresses.Hold) is { } forbidden)
            throw new ForbiddenAddressException(forbidden);

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, ct);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The signature of one attempt.</summary>
public static class WebhookSignature
{
    private const string SecretPrefix = "whsec_";

    /// <summary>A new secret in the form that libraries for Standard Webhooks take.</summary>
    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <param name="time">Seconds since 1970, UTC.</param>
    public static string Of(string secret, string id, long time, string body)
    {
        ArgumentNullException.ThrowIfNull(secret);
        var key = Convert.FromBase64String(secret[SecretPrefix.Length..]);
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{id}.{time}.{body}")));
    }
}

/// <summary>
/// Addresses that no webhook goes to: link-local ones, where clouds answer with a machine's own credentials. Private ones
/// are allowed, since receivers stand beside a server that is run at home.
/// </summary>
public static class ForbiddenAddresses
{
    private static readonly IPNetwork[] networks = [IPNetwork.Parse("169.254.0.0/16"), IPNetwork.Parse("fe80::/10")];

    public static bool Hold(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return networks.Any(network => network.Contains(plain));
    }
}

/// <summary>An address that is not connected to.</summary>
public sealed class ForbiddenAddressException(IPAddress address)
    : Exception($"{address} is a link-local address: Denywatch does not connect to it");
