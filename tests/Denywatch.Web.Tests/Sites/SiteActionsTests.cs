using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Sites;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Denywatch.Web.Tests.Sites;

public sealed class SiteActionsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly Actor Engineer = new(null, "ada", AccountRole.Engineer);

    private Installation app = null!;
    private int firewall;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private SiteActions Actions => app.Get<SiteActions>();

    public async ValueTask InitializeAsync()
    {
        app = await Installation.NewAsync(
            postgres,
            more: services => services.AddSingleton<SiteActions>().AddSingleton<SiteQueries>()
        );
        await using var db = await app.DbAsync();
        var edge = new Firewall { Name = "fw-edge-1", FirstSeenAt = DateTimeOffset.UtcNow };
        db.Firewalls.Add(edge);
        await db.SaveChangesAsync(Stop);
        firewall = edge.Id;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Theory]
    [InlineData(AccountRole.Viewer)]
    [InlineData(AccountRole.Analyst)]
    public async Task Only_an_engineer_changes_sites(AccountRole role)
    {
        var id = (await Actions.AddAsync(new("Berlin"), Engineer, Stop)).Id!.Value;
        var eve = new Actor(null, "eve", role);

        Assert.Equal(Outcome.Forbidden, (await Actions.AddAsync(new("Hamburg"), eve, Stop)).Outcome);
        Assert.Equal(Outcome.Forbidden, (await Actions.ChangeAsync(id, new("Bonn"), eve, Stop)).Outcome);
        Assert.Equal(Outcome.Forbidden, (await Actions.RemoveAsync(id, eve, Stop)).Outcome);

        Assert.Equal(["Berlin: Etc/UTC []"], await ListAsync());
    }

    [Fact]
    public async Task A_firewall_stands_at_the_site_that_named_it_last_and_nowhere_once_that_is_removed()
    {
        var berlin = (await Actions.AddAsync(Site("Berlin", "10.1.0.0/16", firewall), Engineer, Stop)).Id!.Value;
        Assert.Equal(["Berlin: Europe/Berlin [fw-edge-1]"], await ListAsync());

        var bonn = (await Actions.AddAsync(Site("Bonn", "10.2.0.0/16", firewall), Engineer, Stop)).Id!.Value;
        Assert.Equal(["Berlin: Europe/Berlin []", "Bonn: Europe/Berlin [fw-edge-1]"], await ListAsync());

        // Saved again with the same firewall, it keeps it; its own network is no clash.
        var saved = await Actions.ChangeAsync(bonn, Site("Bonn am Rhein", "10.2.0.0/16", firewall), Engineer, Stop);
        Assert.Equal(Outcome.Done, saved.Outcome);
        await Actions.RemoveAsync(berlin, Engineer, Stop);
        Assert.Equal(["Bonn am Rhein: Europe/Berlin [fw-edge-1]"], await ListAsync());

        await Actions.RemoveAsync(bonn, Engineer, Stop);
        Assert.Empty(await ListAsync());
        Assert.Null(Assert.Single(await app.Get<SiteQueries>().FirewallsAsync(Stop)).Site);

        await using var db = await app.DbAsync();
        var trail = await db
            .Audit.Where(entry => entry.SubjectKind == "site")
            .OrderBy(entry => entry.Id)
            .ToListAsync(Stop);
        Assert.Equal(["add", "add", "change", "remove", "remove"], trail.Select(entry => entry.Deed));
        Assert.Contains("fw-edge-1", trail[^1].Before!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_wrong_is_said_of_its_field()
    {
        await Actions.AddAsync(Site("Berlin", "10.1.0.0/16"), Engineer, Stop);

        var nonsense = new SiteDraft(" ", ["10.1.0.0/16", "10.300.0.0/16"], "Berlin");
        Assert.Equal(["name", "networks", "timeZone"], nonsense.Problems.Keys.Order());
        Assert.Contains("10.300.0.0/16", nonsense.Problems["networks"], StringComparison.Ordinal);

        var named = await Actions.AddAsync(Site("berlin", "10.2.0.0/16"), Engineer, Stop);
        Assert.Equal(["name"], named.Problems!.Keys);

        var same = await Actions.AddAsync(Site("Bonn", "10.1.7.7/16"), Engineer, Stop);
        Assert.StartsWith("10.1.0.0/16 is Berlin's already", same.Problems!["networks"], StringComparison.Ordinal);
        Assert.Equal(
            Outcome.NotFound,
            (await Actions.ChangeAsync(99, Site("X", "10.9.0.0/16"), Engineer, Stop)).Outcome
        );
    }

    [Fact]
    public async Task Of_networks_that_overlap_the_page_says_whose_the_addresses_are()
    {
        await Actions.AddAsync(Site("All", "10.0.0.0/8"), Engineer, Stop);
        await Actions.AddAsync(Site("Berlin", "10.1.0.0/16"), Engineer, Stop);
        await Actions.AddAsync(Site("Lab", "10.1.2.0/24"), Engineer, Stop);

        var rows = await app.Get<SiteQueries>().ListAsync(Stop);

        Assert.Equal(
            [
                "10.1.0.0/16 in 10.0.0.0/8 belongs to Berlin",
                "10.1.0.0/16 lies in 10.0.0.0/8 of All and belongs here",
                "10.1.2.0/24 in 10.1.0.0/16 belongs to Lab",
                "10.1.2.0/24 lies in 10.1.0.0/16 of Berlin and belongs here",
            ],
            rows.SelectMany(row => row.Overlaps)
        );
    }

    private static SiteDraft Site(string name, string network, params int[] firewalls) =>
        new(name, [network], "Europe/Berlin", firewalls);

    private async Task<List<string>> ListAsync() =>
        [
            .. (await app.Get<SiteQueries>().ListAsync(Stop)).Select(row =>
                $"{row.Name}: {row.TimeZone} [{string.Join(',', row.Firewalls.Select(each => each.Name))}]"
            ),
        ];
}
