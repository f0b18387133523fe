using System.Net;
using System.Text;
using Denywatch.Events;
using Denywatch.Events.Assets;
using Denywatch.Events.Flows;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Assets;
using Denywatch.Web.Features.Ingestion;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Tests.Assets;

public sealed class AssetActionsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly Actor Engineer = new(null, "ada", AccountRole.Engineer);

    private Installation app = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private AssetActions Actions => app.Get<AssetActions>();

    public async ValueTask InitializeAsync() =>
        app = await Installation.NewAsync(
            postgres,
            more: services =>
                services
                    .AddLogging()
                    .AddSingleton<AssetActions>()
                    .AddSingleton<AssetQueries>()
                    .AddSingleton<Enrichment>()
        );

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    [Theory]
    [InlineData(AccountRole.Viewer)]
    [InlineData(AccountRole.Analyst)]
    public async Task Only_an_engineer_says_what_an_address_is(AccountRole role)
    {
        var id = (await Actions.AddAsync(new("10.1.2.3", "server"), Engineer, Stop)).Id!.Value;
        var eve = new Actor(null, "eve", role);

        Assert.Equal(Outcome.Forbidden, (await Actions.AddAsync(new("10.1.2.4", "guest"), eve, Stop)).Outcome);
        Assert.Equal(Outcome.Forbidden, (await Actions.ChangeAsync(id, new("10.1.2.3", "guest"), eve, Stop)).Outcome);
        Assert.Equal(Outcome.Forbidden, (await Actions.RemoveAsync(id, eve, Stop)).Outcome);
        Assert.Null(await Actions.ImportAsync(File("10.1.2.5,guest"), eve, Stop));

        Assert.Equal(["10.1.2.3 server"], await ListAsync());
        Assert.Equal(["add asset"], await TrailAsync());
    }

    [Fact]
    public async Task Every_deed_stands_in_the_audit_trail_with_before_and_after()
    {
        var id = (await Actions.AddAsync(new("10.1.0.9/16", "Guest", "lobby"), Engineer, Stop)).Id!.Value;
        await Actions.ChangeAsync(id, new("10.1.0.0/17", "printer"), Engineer, Stop);
        await Actions.RemoveAsync(id, Engineer, Stop);

        await using var db = await app.DbAsync();
        var trail = await TrailOf(db).Select(e => $"{e.Before} > {e.After}").ToListAsync(Stop);
        Assert.Equal(3, trail.Count);
        Assert.Contains("10.1.0.0/16", trail[0].Split('>')[1], StringComparison.Ordinal);
        Assert.Contains("lobby", trail[1].Split('>')[0], StringComparison.Ordinal);
        Assert.Contains("printer", trail[1].Split('>')[1], StringComparison.Ordinal);
        Assert.Contains("10.1.0.0/17", trail[2].Split('>')[0], StringComparison.Ordinal);
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task What_is_wrong_is_said_of_its_field_and_an_address_has_one_role()
    {
        await Actions.AddAsync(new("10.1.2.3", "server"), Engineer, Stop);
        var other = (await Actions.AddAsync(new("10.1.2.4", "server"), Engineer, Stop)).Id!.Value;

        var nonsense = await Actions.AddAsync(new("10.1.2", " ", new('x', 201)), Engineer, Stop);
        var twice = await Actions.AddAsync(new("10.1.2.3/32", "guest"), Engineer, Stop);
        var moved = await Actions.ChangeAsync(other, new("10.1.2.3", "server"), Engineer, Stop);
        var gone = await Actions.ChangeAsync(999, new("10.1.2.9", "server"), Engineer, Stop);

        Assert.Equal(["address", "note", "role"], nonsense.Problems!.Keys.Order());
        Assert.Equal(["address"], twice.Problems!.Keys);
        Assert.Equal(["address"], moved.Problems!.Keys);
        Assert.Equal(Outcome.NotFound, gone.Outcome);
        Assert.Equal(["10.1.2.3 server", "10.1.2.4 server"], await ListAsync());
    }

    [Fact]
    public async Task An_import_does_what_its_preview_says_and_leaves_out_wrong_lines()
    {
        await Actions.ImportAsync(File("10.1.2.3,server,mail\n10.1.2.4,server\n10.9.0.0/16,guest"), Engineer, Stop);
        var file = File("10.1.2.3,server,mail\n10.1.2.4,printer\nnonsense,server\n2001:db8::1,own scanner");

        var preview = await Actions.PreviewAsync(file, Stop);
        var plan = await Actions.ImportAsync(file, Engineer, Stop);
        var again = await Actions.ImportAsync(file, Engineer, Stop);

        Assert.Equal((1, 1, 1, 1), Counts(preview));
        Assert.Equal((1, 1, 1, 1), Counts(plan!));
        Assert.Equal((0, 0, 3, 1), Counts(again!));
        Assert.Equal(
            ["10.1.2.3 server", "10.1.2.4 printer", "10.9.0.0/16 guest", "2001:db8::1 own scanner"],
            await ListAsync()
        );
        Assert.Equal(["import assets", "import assets"], await TrailAsync());
    }

    [Theory]
    [InlineData(null, "10.1.2.3", "10.1.0.0/16 client,10.1.2.3/32 server")]
    [InlineData(null, "10.1.0.0/8", "10.1.0.0/16 client,10.1.2.3/32 server,10.9.0.1/32 server")]
    [InlineData("server", null, "10.1.2.3/32 server,10.9.0.1/32 server")]
    [InlineData("server", "mail%", "10.9.0.1/32 server")]
    [InlineData(null, "10.9.", "10.9.0.1/32 server")]
    public async Task The_list_is_filtered_by_role_and_by_what_holds_or_lies_in_an_address(
        string? role,
        string? text,
        string expected
    )
    {
        var file = File("10.1.0.0/16,client\n10.1.2.3,server,mail\n10.9.0.1,server,mail% and web\n2001:db8::/32,guest");
        await Actions.ImportAsync(file, Engineer, Stop);

        var listed = await ListAsync(new(role, text));

        Assert.Equal(expected.Replace("/32", "", StringComparison.Ordinal).Split(','), listed);
    }

    [Fact]
    public async Task A_flow_keeps_the_role_that_its_source_had_when_it_came()
    {
        var slice = DenyFlow.SliceOf(DateTimeOffset.UtcNow.AddMinutes(-20));
        var id = (await Actions.AddAsync(new("10.1.2.3", "server"), Engineer, Stop)).Id!.Value;
        await TakeAsync(slice);
        await Actions.ChangeAsync(id, new("10.1.2.3", "own scanner"), Engineer, Stop);
        await TakeAsync(slice.AddMinutes(5));
        await Actions.RemoveAsync(id, Engineer, Stop);
        await TakeAsync(slice.AddMinutes(10));

        await using var connection = await app.Source.OpenConnectionAsync(Stop);
        Assert.Equal(
            "server, own scanner, none",
            await connection.ScalarAsync<string>(
                "SELECT string_agg(coalesce(source_role, 'none'), ', ' ORDER BY slice) FROM all_flows",
                Stop
            )
        );
    }

    private async Task TakeAsync(DateTimeOffset slice)
    {
        var enrichment = app.Get<Enrichment>();
        await enrichment.RefreshAsync(Stop);
        var folder = new FlowFolder(enrichment.Current, enrichment.Budget, enrichment.Exceptions);
        var denied = new FirewallEvent
        {
            Verdict = Verdict.Denied,
            Observer = "fw-1",
            Source = IPAddress.Parse("10.1.2.3"),
        };
        folder.Add(denied, slice, "ecs", null, []);
        var batch = new IntakeBatch
        {
            Sender = "token:test",
            ReceivedAt = DateTimeOffset.UtcNow,
            Flows = [.. folder.Flows],
            Tallies = [],
        };
        await app.Get<BatchStore>().AppendAsync(batch, null, Stop);
    }

    private static AssetFile File(string text) => AssetFile.Read(Encoding.UTF8.GetBytes(text));

    private static (int, int, int, int) Counts(AssetPlan plan) =>
        (plan.New.Count, plan.Changed.Count, plan.Same, plan.Wrong.Count);

    private async Task<List<string>> ListAsync(AssetsView? view = null)
    {
        var queries = app.Get<AssetQueries>();
        var rows = await queries.RowsAsync(await queries.IdsAsync(view ?? new(), Stop), Stop);
        return [.. rows.Select(row => $"{row.Address} {row.Role}")];
    }

    private static IQueryable<AuditEntry> TrailOf(DenywatchDb db) =>
        db
            .Audit.Where(entry => entry.SubjectKind == "asset" || entry.SubjectKind == "assets")
            .OrderBy(entry => entry.Id);

    private async Task<List<string>> TrailAsync()
    {
        await using var db = await app.DbAsync();
        return await TrailOf(db).Select(e => $"{e.Deed} {e.SubjectKind}").ToListAsync(Stop);
    }
}
