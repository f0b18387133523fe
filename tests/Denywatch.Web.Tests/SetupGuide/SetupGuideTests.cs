using AngleSharp.Dom;
using Bunit;
using Denywatch.Events.Integrations;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Administration;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Features.SetupGuide;
using Denywatch.Web.Live;
using Denywatch.Web.Ui;
using Microsoft.AspNetCore.Components;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Denywatch.Web.Tests.SetupGuide;

public sealed class SetupGuideTests : PageTest
{
    private static readonly SetupState lines = SetupState.Nothing with
    {
        Sources = 1,
        LastReceivedAt = Now.AddSeconds(-5),
        Lines = 40,
    };

    [Fact]
    public void The_lamps_say_why_they_are_not_green()
    {
        Assert.Equal((LampState.Never, "No line has arrived yet."), SetupState.Nothing.Arriving(Now));
        Assert.Equal((LampState.Never, "It waits for the first event."), SetupState.Nothing.Denying());
        Assert.Contains(
            "3 lines of the last 24 h fit no integration",
            (SetupState.Nothing with { Unrecognised = 3 }).Arriving(Now).Reason,
            StringComparison.Ordinal
        );

        Assert.Equal(
            (LampState.Ok, "40 events in the last 24 h from one source, the newest 5 s ago."),
            lines.Arriving(Now)
        );
        Assert.Equal(LampState.Quiet, lines.Arriving(Now.AddHours(1)).Lamp);
        Assert.Equal(LampState.Late, lines.Denying().Lamp);
        Assert.EndsWith("of the default rule too?", lines.Denying().Reason, StringComparison.Ordinal);

        var rejected = lines with { Rejected = 40, RejectReason = "srcip is missing" };
        Assert.Equal(
            (LampState.Late, "Lines arrive, but none is understood: srcip is missing."),
            rejected.Arriving(Now)
        );
        Assert.Equal(LampState.Quiet, rejected.Denying().Lamp);

        Assert.Equal(
            (LampState.Ok, "30 of 40 events in the last 24 h."),
            (lines with { Denied = 30 }).Denying("It never says so.")
        );
    }

    [Fact]
    public void The_second_lamp_of_a_product_without_verdicts_stays_amber_with_the_true_reason()
    {
        var flows = lines with { Unanswered = 7 };

        var (lamp, reason) = flows.Denying(Guides.Find("network_traffic")!.NoVerdict);

        Assert.Equal(LampState.Late, lamp);
        Assert.StartsWith(
            "None of 40 events in the last 24 h says that something was denied. 7 got no answer: they count once their source is opted in. Packet capture sees",
            reason,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void The_model_says_how_far_it_has_learnt()
    {
        Assert.Equal((LampState.Never, "It starts with the first deny."), SetupState.Nothing.Model());

        var learning = lines with { Series = 2, Comparable = 5 };
        Assert.StartsWith("Learning: 5 of 12 comparable buckets.", learning.Model().Reason, StringComparison.Ordinal);
        Assert.Equal((LampState.Ok, "Scoring 2 series."), (learning with { IsLearning = false }).Model());
    }

    [Fact]
    public void A_missing_field_is_shown_with_what_goes_dark_without_it()
    {
        var last = new ParsedEvent("fw1", "aws_waf", Now, [("source.ip", "198.51.100.7"), ("rule.name", "block")]);

        var checks = Render<SetupChecks>(p => p.Add(c => c.State, lines with { Last = last }).Add(c => c.Now, Now));

        Assert.Equal(
            ["destination.ip", "destination.port", "network.transport", "observer.name"],
            MissingFields.Of(last.Fields).Select(missing => missing.Field)
        );
        Assert.Contains("the service that is asked for", checks.Markup, StringComparison.Ordinal);
        Assert.Contains("read as AWS WAF", checks.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pasted_line_is_read_by_the_real_reader_and_shown_field_by_field()
    {
        var box = Render<LineBox>();

        box.Find("textarea")
            .Input(
                "May  5 18:40:50 fw1 : %ASA-4-106023: Deny tcp src outside:198.51.100.7/41000 dst inside:10.0.0.5/22 by access-group \"acl\" [0x0, 0x0]"
            );

        Assert.Contains("Read as", box.Markup, StringComparison.Ordinal);
        Assert.Equal("denied", box.Find(".verdict").TextContent);
        Assert.Contains("198.51.100.7", box.Markup, StringComparison.Ordinal);

        box.Find("textarea").Input("what is this?");
        Assert.StartsWith("Rejected: ", box.Find(".problem").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_products_own_sample_is_read_at_a_click()
    {
        var box = Render<LineBox>(p => p.Add(b => b.Product, "pfsense"));

        box.Find("button").Click();

        Assert.Contains("Read as", box.Markup, StringComparison.Ordinal);
        Assert.Contains(Catalogue.Find("pfsense")!.Title, box.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stored_event_is_shown_with_what_matters_most_first() =>
        Assert.Equal(
            [("verdict", "denied"), ("source.port", "22"), ("other", "1")],
            SetupQueries.FieldsOf("""{"other":1,"source.port":22,"verdict":"denied"}""")
        );
}

/// <summary>The pages on a real database.</summary>
public sealed class SetupPagesTests(PostgresFixture postgres) : PageTest
{
    private static CancellationToken Ct => Xunit.TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_catalogue_lists_every_integration_with_its_state_and_finds_by_words()
    {
        await using var app = await StartAsync();
        await SendAsync(app, "cisco_asa", Now.AddMinutes(-1), rejected: 12);
        await SendAsync(app, "pfsense", Now.AddHours(-9), rejected: 0);
        await SendAsync(app, "zeek", Now.AddMinutes(-1), rejected: 0);

        var page = Render<CataloguePage>();
        page.WaitForElements(".integration-status");

        Assert.Equal(Guides.All.Count, page.FindAll(".catalogue li").Count);
        Assert.StartsWith("2 of ", page.Find("h1").TextContent, StringComparison.Ordinal);
        Assert.Contains("rejecting 12", Row(page, "cisco_asa"), StringComparison.Ordinal);
        Assert.Contains("quiet since", Row(page, "pfsense"), StringComparison.Ordinal);
        Assert.Contains("receiving", Row(page, "zeek"), StringComparison.Ordinal);
        Assert.Contains("never", Row(page, "elastic_defend"), StringComparison.Ordinal);

        page.Find("input").Input("mikrotik");
        page.WaitForAssertion(() => Assert.Single(page.FindAll(".catalogue li")));
        Assert.EndsWith("?q=mikrotik", Services.GetRequiredService<NavigationManager>().Uri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_guide_fills_in_a_token_that_an_admin_makes_on_it()
    {
        await using var app = await StartAsync();
        AddAuthorization().SetAuthorized("ada").SetRoles(nameof(AccountRole.Admin));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/setup/cisco_asa?way=vector");

        var page = Render<SetupGuidePage>(p => p.Add(g => g.Name, "cisco_asa"));
        Assert.Contains("password: \"TOKEN\"", page.Find(".snippet").TextContent, StringComparison.Ordinal);
        Assert.Equal("cisco_asa-vector", page.Find("form input").GetAttribute("value"));
        await page.Find("form").SubmitAsync();

        page.WaitForState(() => page.FindAll("form").Count == 0);
        Assert.Contains("password: \"dwi", page.Find(".snippet").TextContent, StringComparison.Ordinal);
        await using var db = await app.DbAsync();
        Assert.Equal("cisco_asa-vector", (await db.AccessTokens.SingleAsync(Ct)).Name);
    }

    [Fact]
    public async Task Who_may_make_no_token_is_told_whom_to_ask()
    {
        await using var app = await StartAsync();
        AddAuthorization().SetAuthorized("vic").SetRoles(nameof(AccountRole.Viewer));
        Services.GetRequiredService<NavigationManager>().NavigateTo("/setup/zeek");

        var page = Render<SetupGuidePage>(p => p.Add(g => g.Name, "zeek"));

        Assert.Empty(page.FindAll("form"));
        Assert.Contains("Ask an admin for a token", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_step_that_can_be_checked_ticks_itself()
    {
        await using var app = await StartAsync();
        AddAuthorization().SetAuthorized("ada").SetRoles(nameof(AccountRole.Admin));
        await SendAsync(app, "cisco_asa", DateTimeOffset.UtcNow, rejected: 0, denied: 5);

        var page = Render<SetupGuidePage>(p => p.Add(g => g.Name, "cisco_asa"));

        page.WaitForElements(".step.done");
        var done = page.FindAll(".step.done h2").Select(head => head.TextContent).ToList();
        Assert.Contains($"{Guide.DefaultDeny}, done", done);
        Assert.Contains("See the events arrive, done", done);
        Assert.Equal(
            "Cisco ASA and Firepower (FTD): denies arrive, and the model is learning.",
            page.Find("h1").TextContent
        );

        var other = Render<SetupGuidePage>(p => p.Add(g => g.Name, "pfsense"));
        other.WaitForElement(".setup-lamp");
        Assert.Empty(other.FindAll(".step.done"));
    }

    [Fact]
    public async Task The_state_of_one_integration_leaves_out_the_others_and_counts_what_was_opted_in()
    {
        await using var app = await StartAsync();
        await SendAsync(app, "cisco_asa", DateTimeOffset.UtcNow, rejected: 2, denied: 5);
        await SendAsync(app, "network_traffic", DateTimeOffset.UtcNow, rejected: 0, unanswered: 7);
        var queries = app.Get<SetupQueries>();

        var capture = await queries.StateAsync("network_traffic", Ct);
        Assert.Equal(
            (1, 7, 0, 7, 0),
            (capture.Sources, capture.Lines, capture.Denied, capture.Unanswered, capture.Rejected)
        );

        await using (var db = await app.DbAsync())
            await db.DataSources.ExecuteUpdateAsync(s => s.SetProperty(source => source.CountsUnanswered, true), Ct);
        Assert.Equal(7, (await queries.StateAsync("network_traffic", Ct)).Denied);
        Assert.Equal(
            (2, 14),
            ((await queries.StateAsync(null, Ct)).Sources, (await queries.StateAsync(null, Ct)).Lines)
        );
        Assert.False((await queries.StateAsync("pfsense", Ct)).HasLines);
    }

    private async Task<Installation> StartAsync()
    {
        var app = await Installation.NewAsync(postgres, Clock);
        Services.AddSingleton(app.Get<SetupQueries>());
        Services.AddSingleton(app.Get<DataSourceQueries>());
        Services.AddSingleton(app.Get<LiveTopics>());
        Services.AddSingleton(new Settings());
        Services.AddSingleton(new TokenActions(app.Get<IDbContextFactory<Denywatch.Storage.DenywatchDb>>(), Clock));
        return app;
    }

    private static string Row(IRenderedComponent<CataloguePage> page, string name) =>
        page.Find($".catalogue a[href='/setup/{name}']").ParentElement!.TextContent;

    private static async Task SendAsync(
        Installation app,
        string integration,
        DateTimeOffset at,
        long rejected,
        long denied = 0,
        long unanswered = 0
    )
    {
        await using var db = await app.DbAsync();
        var source = new DataSource
        {
            Sender = "token:edge",
            Integration = integration,
            FirewallId = 0,
            Firewall = new() { Name = $"fw-{integration}", FirstSeenAt = at },
            FirstSeenAt = at.AddHours(-1),
            LastReceivedAt = at,
        };
        db.DataSources.Add(source);
        await db.SaveChangesAsync(Ct);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO source_slices (slice, data_source_id, denied, allowed, unanswered, none, rejected)
            VALUES ({DateTimeOffset.FromUnixTimeSeconds(
                at.ToUnixTimeSeconds() / 300 * 300 - 300
            )}, {source.Id}, {denied}, 0, {unanswered}, 0, {rejected})
            """,
            Ct
        );
    }
}
