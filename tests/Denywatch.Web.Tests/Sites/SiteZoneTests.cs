using Denywatch.Events;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Sites;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Tests.Sites;

public sealed class SiteZoneTests(PostgresFixture postgres)
{
    private static readonly Actor Engineer = new(null, "ada", AccountRole.Engineer);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_model_learns_anew_by_the_zone_of_its_site_as_if_it_had_always_been_that()
    {
        var now = DateTimeOffset.UtcNow;
        await using var always = await MonthAsync(now, siteFirst: true);
        await using var later = await MonthAsync(now, siteFirst: false);
        var (expected, before) = (await ModelsAsync(always), await ModelsAsync(later));
        Assert.NotEqual(expected, before);

        await AddSiteAsync(later);
        await later.LookAsync();
        await later.CloseAsync();

        Assert.Equal(expected, await ModelsAsync(later));
        Assert.Equal(
            await later.AskAsync<long>("SELECT count(*) FROM alerts"),
            await always.AskAsync<long>("SELECT count(*) FROM alerts")
        );
    }

    /// <summary>Three weeks with busy days by the clock of New York.</summary>
    private async Task<Worker> MonthAsync(DateTimeOffset now, bool siteFirst)
    {
        var node = await Worker.NewAsync(postgres, now);
        await node.DenyAsync(now.AddDays(-21), now.AddDays(-21).AddMinutes(5), _ => 1);
        if (siteFirst)
            await AddSiteAsync(node);
        await node.DenyAsync(now.AddDays(-21), now.AddMinutes(-20), Busy);
        await node.LookAsync();
        await node.CloseAsync();
        return node;
    }

    private static async Task AddSiteAsync(Worker node)
    {
        await using var db = await node.DbAsync();
        var firewalls = await db.Firewalls.Select(firewall => firewall.Id).ToListAsync(Stop);
        var actions = node.Get<SiteActions>();
        var added = await actions.AddAsync(new("New York", [], "America/New_York", firewalls), Engineer, Stop);
        Assert.NotNull(added.Id);
    }

    private static Task<string?> ModelsAsync(Worker node) =>
        node.AskAsync<string>(
            "SELECT string_agg(job_id || ' ' || coalesce(md5(state), 'none'), ', ' ORDER BY job_id, partition) FROM series"
        );

    private static int Busy(DateTimeOffset slice) =>
        (slice.Hour is >= 13 and < 22 ? 60 : 10) + (int)(slice.UtcTicks / DenyFlow.SliceSpan.Ticks * 7919 % 11);
}
