using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Denywatch.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Denywatch.Web.Tests.Connectors;

/// <summary>One request as it came in.</summary>
public sealed record Received(string Id, string Time, string Signature, string Body)
{
    public JsonElement Json { get; } = JsonDocument.Parse(Body).RootElement;

    /// <summary>Such as <c>opened 7</c>.</summary>
    public string News
    {
        get
        {
            var data = Json.GetProperty("data");
            var alert = data.GetProperty("denywatch").TryGetProperty("alert_id", out var id) ? id.GetInt64() : 0;
            return $"{data.GetProperty("event").GetProperty("action").GetString()} {alert}";
        }
    }
}

/// <summary>Somebody else's server: it can be stopped and started on the same port.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<Received> all = new();
    private WebApplication? app;

    public int Port { get; } = FreePort.Tcp();
    public string Url => $"http://127.0.0.1:{Port}/hook";

    /// <summary>What it got, in order.</summary>
    public IReadOnlyList<Received> All => [.. all];

    /// <summary>How it answers; 204 until told otherwise.</summary>
    public Func<HttpContext, Task> Answer { get; set; } =
        context =>
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        };

    public static async Task<Receiver> StartedAsync()
    {
        var receiver = new Receiver();
        await receiver.StartAsync();
        return receiver;
    }

    public async Task StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, Port));
        app = builder.Build();
        app.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var headers = context.Request.Headers;
            all.Enqueue(
                new(
                    headers["webhook-id"].ToString(),
                    headers["webhook-timestamp"].ToString(),
                    headers["webhook-signature"].ToString(),
                    await reader.ReadToEndAsync(context.RequestAborted)
                )
            );
            await Answer(context);
        });
        await app.StartAsync();
    }

    public async Task StopAsync()
    {
        if (app is null)
            return;
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
        app = null;
    }

    public void AnswerWith(int status, string? location = null) =>
        Answer = context =>
        {
            context.Response.StatusCode = status;
            if (location is not null)
                context.Response.Headers.Location = location;
            return Task.CompletedTask;
        };

    public async ValueTask DisposeAsync() => await StopAsync();
}
