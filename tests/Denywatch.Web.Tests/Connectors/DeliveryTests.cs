using System.Security.Cryptography;
using System.Text;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Connectors;
using Microsoft.AspNetCore.Http;

namespace Denywatch.Web.Tests.Connectors;

public sealed class DeliveryTests(PostgresFixture postgres)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_receiver_that_is_down_for_an_hour_gets_each_message_once_and_in_order_afterwards()
    {
        await using var teller = await Teller.NewAsync(postgres);
        await using var receiver = await Receiver.StartedAsync();
        await teller.WebhookAsync(receiver.Url);
        await receiver.StopAsync();

        List<string> told = [];
        for (var minute = 0; minute < 60; minute += 2)
        {
            if (minute % 10 == 0)
            {
                var alert = await teller.AlertAsync();
                await teller.CloseAsync(alert.Id);
                told.AddRange([$"opened {alert.Id}", $"closed {alert.Id}"]);
            }
            await teller.TellAsync();
            teller.Clock.Advance(TimeSpan.FromMinutes(2));
        }
        var waiting = (await teller.LogAsync())[0];
        await receiver.StartAsync();
        teller.Clock.Advance(DeliveryPatience.LongestPause);
        await teller.TellAsync();
        await teller.TellAsync();

        Assert.Equal(told, receiver.All.Select(got => got.News));
        Assert.Equal(12, receiver.All.Select(got => got.Id).Distinct().Count());
        Assert.Equal((DeliveryState.Waiting, "connection refused"), (waiting.State, waiting.Answer));
        Assert.InRange(waiting.Attempts, 5, 30);
        Assert.All(await teller.LogAsync(), d => Assert.Equal(DeliveryState.Delivered, d.State));
    }

    [Fact]
    public async Task What_was_sent_and_could_not_be_noted_is_sent_again_with_the_same_id()
    {
        await using var teller = await Teller.NewAsync(postgres);
        await using var receiver = await Receiver.StartedAsync();
        await teller.WebhookAsync(receiver.Url);
        await teller.AlertAsync();
        var isFirst = true;
        receiver.Answer = async _ =>
        {
            if (!isFirst)
                return;
            isFirst = false;
            await using var connection = await teller.App.Source.OpenConnectionAsync(Stop);
            await connection.ExecuteAsync(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND state = 'idle in transaction'
                """,
                Stop
            );
        };

        await teller.TellAsync();
        await teller.TellAsync();
        await teller.TellAsync();

        Assert.Equal(2, receiver.All.Count);
        Assert.Single(receiver.All.Select(got => got.Id).Distinct());
        Assert.Equal(DeliveryState.Delivered, Assert.Single(await teller.LogAsync()).State);
    }

    [Fact]
    public async Task Several_nodes_at_once_send_each_message_once_and_in_order()
    {
        await using var teller = await Teller.NewAsync(postgres);
        await using var receiver = await Receiver.StartedAsync();
        await teller.WebhookAsync(receiver.Url);
        List<long> alerts = [];
        for (var i = 0; i < 20; i++)
            alerts.Add((await teller.AlertAsync()).Id);

        for (var round = 0; round < 20 && receiver.All.Count < alerts.Count; round++)
            await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => teller.TellAsync()));

        Assert.Equal(alerts.Select(id => $"opened {id}"), receiver.All.Select(got => got.News));
    }

    [Fact]
    public async Task A_receiver_that_hangs_holds_no_other_back()
    {
        await using var teller = await Teller.NewAsync(postgres, patience: TimeSpan.FromMilliseconds(1_500));
        await using var hanging = await Receiver.StartedAsync();
        await using var quick = await Receiver.StartedAsync();
        hanging.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await teller.WebhookAsync(hanging.Url, "hanging");
        await teller.WebhookAsync(quick.Url, "quick");
        var alert = await teller.AlertAsync();
        await teller.CloseAsync(alert.Id);

        await teller.TellAsync();

        Assert.Equal(2, quick.All.Count);
        var held = (await teller.LogAsync()).Where(d => d.State == DeliveryState.Waiting).ToList();
        Assert.Equal("no answer within 1.5 s", held[0].Answer);
        Assert.Equal((2, 1, 0), (held.Count, held[0].Attempts, held[1].Attempts));
    }

    [Fact]
    public async Task A_failing_message_is_tried_for_three_days_and_then_lets_the_next_one_pass()
    {
        await using var teller = await Teller.NewAsync(postgres);
        await using var receiver = await Receiver.StartedAsync();
        receiver.AnswerWith(503);
        await teller.WebhookAsync(receiver.Url);
        await teller.AlertAsync();
        await teller.TellAsync();

        teller.Clock.Advance(DeliveryPatience.GiveUpAfter - TimeSpan.FromMinutes(5));
        await teller.TellAsync();
        Assert.Equal(DeliveryState.Waiting, (await teller.LogAsync())[0].State);
        await teller.AlertAsync();
        teller.Clock.Advance(TimeSpan.FromMinutes(11));
        await teller.TellAsync();

        var given = (await teller.LogAsync())[0];
        Assert.Equal((DeliveryState.GivenUp, 3), (given.State, given.Attempts));
        Assert.Contains("answered 503", given.Answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(404, DeliveryState.GivenUp)]
    [InlineData(302, DeliveryState.GivenUp)]
    [InlineData(408, DeliveryState.Waiting)]
    [InlineData(425, DeliveryState.Waiting)]
    [InlineData(429, DeliveryState.Waiting)]
    [InlineData(500, DeliveryState.Waiting)]
    public async Task What_is_refused_for_an_hour_is_given_up_and_what_may_pass_is_not(int status, DeliveryState after)
    {
        await using var teller = await Teller.NewAsync(postgres);
        await using var elsewhere = await Receiver.StartedAsync();
        await using var receiver = await Receiver.StartedAsync();
        receiver.AnswerWith(status, elsewhere.Url);
        await teller.WebhookAsync(receiver.Url);
        await teller.AlertAsync();

        await teller.TellAsync();
        teller.Clock.Advance(DeliveryPatience.GiveUpRefusedAfter - TimeSpan.FromMinutes(1));
        await teller.TellAsync();
        Assert.Equal(DeliveryState.Waiting, (await teller.LogAsync())[0].State);
        teller.Clock.Advance(DeliveryPatience.LongestPause);
        await teller.TellAsync();

        Assert.Equal(after, (await teller.LogAsync())[0].State);
        Assert.Empty(elsewhere.All);
    }

    [Fact]
    public async Task The_signature_is_that_of_Standard_Webhooks_and_the_body_is_ECS()
    {
        await using var teller = await Teller.NewAsync(postgres, new() { PublicUrl = "https://dw.example.org/" });
        await using var receiver = await Receiver.StartedAsync();
        var secret = (await teller.WebhookAsync(receiver.Url)).Secret!;
        var alert = await teller.AlertAsync();

        await teller.TellAsync();

        var got = Assert.Single(receiver.All);
        var key = Convert.FromBase64String(secret["whsec_".Length..]);
        var signed = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{got.Id}.{got.Time}.{got.Body}"));
        Assert.Equal($"v1,{Convert.ToBase64String(signed)}", got.Signature);
        Assert.Equal(teller.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(), got.Time);
        Assert.Equal(
            (1, "alert.opened"),
            (got.Json.GetProperty("version").GetInt32(), got.Json.GetProperty("type").GetString())
        );
        var data = got.Json.GetProperty("data");
        Assert.Equal(alert.Sentence, data.GetProperty("message").GetString());
        Assert.Equal("alert", data.GetProperty("event").GetProperty("kind").GetString());
        Assert.Equal(21, data.GetProperty("event").GetProperty("risk_score").GetInt32());
        Assert.Equal(
            $"https://dw.example.org/alerts/{alert.Id}",
            data.GetProperty("event").GetProperty("url").GetString()
        );
        Assert.Equal("Spike in Firewall Denies", data.GetProperty("rule").GetProperty("name").GetString());
        Assert.Equal("high", data.GetProperty("denywatch").GetProperty("severity").GetString());
    }

    [Fact]
    public async Task Of_an_endless_answer_only_the_beginning_is_read()
    {
        await using var teller = await Teller.NewAsync(postgres);
        await using var receiver = await Receiver.StartedAsync();
        receiver.Answer = async context =>
        {
            context.Response.StatusCode = 500;
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.WriteAsync(new string('x', 65_536), context.RequestAborted);
        };
        await teller.WebhookAsync(receiver.Url);
        await teller.AlertAsync();

        await teller.TellAsync();

        Assert.InRange((await teller.LogAsync())[0].Answer!.Length, 100, 400);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data")]
    [InlineData("http://[::ffff:169.254.169.254]/")]
    [InlineData("http://[fe80::1]/")]
    public async Task Nothing_is_sent_to_a_link_local_address_wherever_it_came_from(string url)
    {
        await using var teller = await Teller.NewAsync(postgres);
        Assert.Equal(Outcome.Refused, (await teller.WebhookAsync(url)).Outcome);
        var id = (await teller.WebhookAsync("http://127.0.0.1:9/")).Id!.Value;
        await using (var db = await teller.App.DbAsync())
        {
            (await db.Connectors.FindAsync([id], Stop))!.Address = url; // as if a name led there by now
            await db.SaveChangesAsync(Stop);
        }

        var answer = (await teller.Actions.TestAsync(id, Teller.Root, Stop)).Answer!;

        Assert.False(answer.IsDelivered);
        Assert.Contains("link-local", answer.Words, StringComparison.Ordinal);
    }
}
