using System.Net;
using Denywatch.Testing;

namespace Denywatch.EndToEnd;

public sealed class StartTests(PostgresFixture postgres)
{
    private static readonly HttpClient Http = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_starts_with_a_private_database_that_outlives_a_kill()
    {
        await using var app = await AppProcess.StartAsync(new(), Ct);
        Assert.NotNull(app.SetupLink);
        var first = app.SetupLink;

        // The lock of a task that was just being planned, as a kill leaves it.
        await new Intake(app).AskAsync<int>(
            "INSERT INTO hangfire.lock (resource, updatecount, acquired) VALUES ('hangfire:lock:recurring-job:retention', 0, now()) RETURNING 1",
            Ct
        );
        await app.KillAsync();
        await app.RestartAsync(Ct);

        // The first link was kept nowhere, so a start without an admin prints another.
        Assert.NotEqual(first, app.SetupLink);
        Assert.Equal(
            0,
            await new Intake(app).AskAsync<long>(
                "SELECT count(*) FROM hangfire.lock WHERE resource LIKE '%retention'",
                Ct
            )
        );
        Assert.Equal(0, await app.StopAsync());
    }

    [Fact]
    public async Task Without_a_session_there_is_no_page_and_no_answer()
    {
        await using var app = await AppProcess.StartAsync(
            new() { ConnectionString = await postgres.CreateDatabaseAsync() },
            Ct
        );

        using var api = await Http.GetAsync(new Uri($"{app.Url}/api/v1/alerts"), Ct);
        using var page = await Http.GetAsync(new Uri($"{app.Url}/alerts"), Ct);
        using var style = await Http.GetAsync(new Uri($"{app.Url}/css/app.css"), Ct);
        using var script = await Http.GetAsync(new Uri($"{app.Url}/_framework/blazor.web.js"), Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, api.StatusCode);
        Assert.Equal("/sign-in", page.RequestMessage!.RequestUri!.AbsolutePath);
        Assert.Equal(HttpStatusCode.OK, style.StatusCode);
        Assert.Equal(HttpStatusCode.OK, script.StatusCode);
    }
}
