using Denywatch.Alerting;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Connectors;

namespace Denywatch.Web.Tests.Connectors;

public sealed class EmailTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly MailServer server = new();
    private Teller teller = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() =>
        teller = await Teller.NewAsync(
            postgres,
            new()
            {
                PublicUrl = "https://dw.example.org",
                Smtp = new()
                {
                    Host = "127.0.0.1",
                    Port = server.Port,
                    Tls = SmtpTls.None,
                    From = "Denywatch <denywatch@example.org>",
                },
            }
        );

    public async ValueTask DisposeAsync()
    {
        await teller.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task The_mails_of_an_episode_are_one_thread_in_text_and_HTML()
    {
        await MailAsync("ana@example.org, Ben <ben@example.org>");
        var alert = await teller.AlertAsync(a => a.Sentence = "Scan by <b>10.2.3.4</b>: 960 denies.");
        await teller.CloseAsync(alert.Id);

        await teller.TellAsync();

        Assert.Equal(2, server.All.Count);
        var ((to, opened), (_, closed)) = (server.All[0], server.All[1]);
        Assert.Equal(["ana@example.org", "ben@example.org"], to);
        Assert.Equal(opened.MessageId, closed.InReplyTo);
        Assert.Equal(opened.MessageId, Assert.Single(closed.References));
        Assert.NotEqual(opened.MessageId, closed.MessageId);
        Assert.EndsWith("@example.org", opened.MessageId, StringComparison.Ordinal);
        Assert.Equal($"[Denywatch #{alert.Id}] {alert.Title}", opened.Subject);
        Assert.Equal(opened.Subject, closed.Subject);
        Assert.Contains("Scan by <b>10.2.3.4</b>", opened.TextBody, StringComparison.Ordinal);
        Assert.Contains($"https://dw.example.org/alerts/{alert.Id}", opened.TextBody, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;10.2.3.4", opened.HtmlBody, StringComparison.Ordinal);
        Assert.Contains("benign positive by ana", closed.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_mail_server_says_is_in_the_log()
    {
        await MailAsync("nobody@example.org");
        server.Refusal = "550 no such user";
        await teller.AlertAsync();

        await teller.TellAsync();
        var refused = (await teller.LogAsync())[0];
        server.Refusal = null;
        teller.Clock.Advance(DeliveryPatience.LongestPause);
        await teller.TellAsync();

        Assert.Equal("the mail server answered 550 no such user", refused.Answer);
        Assert.Equal(DeliveryState.Delivered, (await teller.LogAsync())[0].State);
    }

    [Fact]
    public async Task Without_a_mail_server_the_answer_says_what_to_set()
    {
        await using var bare = await Teller.NewAsync(postgres);
        var mail = new ConnectorDraft("mail", ConnectorKind.Email, "ana@example.org", Severity.High);
        var id = (await bare.Actions.AddAsync(mail, Teller.Root, Stop)).Id!.Value;

        var answer = (await bare.Actions.TestAsync(id, Teller.Root, Stop)).Answer!;

        Assert.Contains("Denywatch__Smtp__Host", answer.Words, StringComparison.Ordinal);
    }

    private Task<ConnectorResult> MailAsync(string to) =>
        teller.Actions.AddAsync(new("mail", ConnectorKind.Email, to), Teller.Root, Stop);
}
