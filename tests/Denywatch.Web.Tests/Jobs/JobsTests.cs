using Bunit;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Jobs;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using TestContext = Xunit.TestContext;

namespace Denywatch.Web.Tests.Jobs;

public sealed class JobsTests(PostgresFixture postgres) : PageTest, IAsyncLifetime
{
    private Installation app = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private JobActions Actions => app.Get<JobActions>();

    public async ValueTask InitializeAsync() => app = await Installation.NewAsync(postgres);

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        await DisposeAsync();
        await app.DisposeAsync();
    }

    [Theory]
    [InlineData("never", "opened, feed never had data", "No source has sent a line yet.", "Set up a source.")]
    [InlineData("started", "opened, feed started", "The first bucket is still open.", "Nothing to do.")]
    [InlineData("stopped", "opened, feed stopped", "eve stopped it at", "Start it")]
    [InlineData("dead worker", "opened, feed late", "No worker has looked since", "role worker")]
    [InlineData("behind", "opened, feed late", "closed buckets wait to be scored", "catching up")]
    [InlineData("quiet", "opened, feed quiet", "The one source is silent beyond what is usual", "See which sources")]
    [InlineData("closed", "closed, feed stopped", "It is closed", "Start it")]
    [InlineData("failed", "failed, feed started", "fw-1 could not be scored: no", "tried again")]
    public async Task A_state_is_shown_on_the_list_the_job_and_the_rule_with_its_cause_and_the_next_step(
        string state,
        string words,
        string cause,
        string next
    )
    {
        await ReachAsync(state);
        SignIn(AccountRole.Engineer);

        foreach (var page in new[] { "/rules/jobs", "/rules/jobs/job" })
        {
            var shown =
                page == "/rules/jobs"
                    ? (IRenderedComponent<Microsoft.AspNetCore.Components.IComponent>)Render<JobsPage>()
                    : Render<JobPage>(p => p.Add(job => job.Id, BuiltInJobs.Total));
            shown.WaitForAssertion(() =>
            {
                Assert.Contains(words, shown.Markup, StringComparison.Ordinal);
                Assert.Contains(cause, shown.Markup, StringComparison.Ordinal);
                Assert.Contains(next, shown.Markup, StringComparison.Ordinal);
            });
        }
        var rule = Render<RulePage>(p => p.Add(page => page.Id, BuiltInRules.SpikeInFirewallDenies));
        rule.WaitForAssertion(() =>
        {
            Assert.Contains($"/rules/jobs/{BuiltInJobs.Total}", rule.Markup, StringComparison.Ordinal);
            if (state != "started")
                Assert.Contains(words, rule.Markup, StringComparison.Ordinal);
            Assert.Equal(
                state is "stopped" or "closed" or "failed",
                rule.Markup.Contains("the rule does not watch", StringComparison.Ordinal)
            );
        });
    }

    [Theory]
    [InlineData(AccountRole.Viewer, "because", Outcome.Forbidden)]
    [InlineData(AccountRole.Analyst, "because", Outcome.Forbidden)]
    [InlineData(AccountRole.Engineer, " ", Outcome.Refused)]
    [InlineData(AccountRole.Engineer, "because", Outcome.Done)]
    public async Task Deeds_on_jobs_are_an_engineers_with_a_reason_and_each_is_audited(
        AccountRole role,
        string reason,
        Outcome expected
    )
    {
        var actor = new Actor(null, "someone", role);

        Assert.Equal(expected, (await Actions.StopAsync(BuiltInJobs.Total, reason, actor, Stop)).Outcome);
        Assert.Equal(expected, (await Actions.RelearnAsync(BuiltInJobs.Total, null, reason, actor, Stop)).Outcome);
        if (expected != Outcome.Done)
            await Actions.StopAsync(BuiltInJobs.Total, "so that it can be started", Installation.Eve, Stop);
        Assert.Equal(expected, (await Actions.StartAsync(BuiltInJobs.Total, reason, actor, Stop)).Outcome);

        await using var db = await app.DbAsync();
        Assert.Equal(
            expected == Outcome.Done ? 3 : 0,
            await db.Audit.CountAsync(entry => entry.SubjectKind == "job" && entry.Actor == "someone", Stop)
        );
    }

    [Fact]
    public async Task Of_two_people_who_stop_at_once_one_is_told_that_it_is_stopped()
    {
        var results = await Task.WhenAll(
            Actions.StopAsync(BuiltInJobs.Total, "first", Installation.Eve, Stop),
            Actions.StopAsync(BuiltInJobs.Total, "second", Installation.Eve, Stop)
        );

        Assert.Equal([Outcome.Done, Outcome.Refused], results.Select(result => result.Outcome).Order());
        Assert.Equal(Outcome.NotFound, (await Actions.StopAsync("no_such_job", "why", Installation.Eve, Stop)).Outcome);
        Assert.Equal(
            Outcome.Refused,
            (
                await Actions.RelearnAsync(
                    BuiltInJobs.Total,
                    DateTimeOffset.UtcNow.AddDays(1),
                    "why",
                    Installation.Eve,
                    Stop
                )
            ).Outcome
        );
    }

    [Fact]
    public void Who_may_not_do_deeds_sees_no_buttons_for_them()
    {
        SignIn(AccountRole.Analyst);

        var page = Render<JobPage>(p => p.Add(job => job.Id, BuiltInJobs.Total));

        page.WaitForAssertion(() => Assert.Contains("How it runs", page.Markup, StringComparison.Ordinal));
        Assert.Empty(page.FindAll(".page-actions button"));
    }

    private void SignIn(AccountRole role)
    {
        AddAuthorization().SetAuthorized("eve").SetRoles(role.ToString());
        Services
            .AddSingleton(app.Get<JobQueries>())
            .AddSingleton(Actions)
            .AddSingleton(app.Get<RuleQueries>())
            .AddSingleton(app.Get<RuleActions>())
            .AddSingleton(app.Get<LiveTopics>());
        RenderTree.Add<Microsoft.AspNetCore.Components.CascadingValue<
            Task<Microsoft.AspNetCore.Components.Authorization.AuthenticationState>
        >>(p =>
            p.Add(
                value => value.Value,
                Services
                    .GetRequiredService<Microsoft.AspNetCore.Components.Authorization.AuthenticationStateProvider>()
                    .GetAuthenticationStateAsync()
            )
        );
    }

    private async Task ReachAsync(string state)
    {
        if (state == "never")
            return;

        var now = DateTimeOffset.UtcNow;
        await app.SourceAsync(state == "quiet" ? now.AddMinutes(-30) : now);
        await app.SeriesAsync();
        await app.LookedAsync(state == "dead worker" ? TimeSpan.FromSeconds(75) : TimeSpan.Zero);
        switch (state)
        {
            case "stopped":
                await Actions.StopAsync(BuiltInJobs.Total, "migration", Installation.Eve, Stop);
                break;
            case "behind":
                await app.RunAsync("UPDATE series SET next_bucket = now() - interval '1 hour'");
                break;
            case "closed":
                await app.RunAsync("UPDATE jobs SET is_open = false");
                break;
            case "failed":
                await app.RunAsync("UPDATE jobs SET problem = 'fw-1 could not be scored: no'");
                break;
        }
    }
}
