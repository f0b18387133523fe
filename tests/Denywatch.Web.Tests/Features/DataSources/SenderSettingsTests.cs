using System.Text;
using Denywatch.Events.Integrations.Mapped;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Assets;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Features.Ingestion;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Denywatch.Web.Tests.Features.DataSources;

/// <summary>What a person settles about a sender, and what becomes of its lines then.</summary>
public sealed class SenderSettingsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Sender = "token:edge";
    private static readonly Actor engineer = new(null, "eve", AccountRole.Engineer);

    private ServiceProvider services = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private DataSourceActions Actions => services.GetRequiredService<DataSourceActions>();

    public async ValueTask InitializeAsync()
    {
        var registered = new ServiceCollection();
        registered.AddDatabase(await postgres.CreateDatabaseAsync(MigrateAsync));
        registered.AddLogging();
        registered.AddSingleton(TimeProvider.System).AddSingleton(new Settings()).AddSingleton<LiveTopics>();
        registered
            .AddSingleton<AssetQueries>()
            .AddSingleton<Enrichment>()
            .AddSingleton<BatchParts>()
            .AddSingleton<Senders>();
        registered.AddSingleton<Committer>().AddSingleton<RejectedLines>().AddSingleton<DataSourceActions>();
        services = registered.BuildServiceProvider();
    }

    public ValueTask DisposeAsync() => services.DisposeAsync();

    [Fact]
    public async Task Kept_rejected_lines_are_counted_once_when_a_setting_makes_them_readable()
    {
        // Pinned to the wrong product: nothing is understood.
        await TakeAsync(Deny("fw-1"));
        await Actions.PinAsync(Sender, "pfsense", engineer, Ct);
        for (var i = 0; i < 3; i++)
            await TakeAsync(Deny("fw-1"));
        await TakeAsync("no firewall wrote this");
        Assert.Equal((1, 4), (await DeniesAsync(), await RejectedAsync()));

        await Actions.PinAsync(Sender, null, engineer, Ct);
        var (_, read) = await Actions.ReadRejectsAgainAsync(Sender, new Progress<ReadAgain>(), engineer, Ct);
        var (_, again) = await Actions.ReadRejectsAgainAsync(Sender, new Progress<ReadAgain>(), engineer, Ct);

        Assert.Equal(new ReadAgain(4, 4, 3), read);
        Assert.Equal(new ReadAgain(1, 1, 0), again);
        Assert.Equal((4, 1), (await DeniesAsync(), await RejectedAsync()));
        Assert.Equal(1, await AskAsync<decimal>("SELECT sum(rejected) FROM source_slices"));
        Assert.Equal(1, await AskAsync<long>("SELECT sum(kept) FROM rejects"));
    }

    [Fact]
    public async Task No_more_than_a_thousand_lines_of_one_reason_are_kept_and_all_are_counted()
    {
        for (var i = 0; i < 3; i++)
            await TakeAsync([.. Enumerable.Repeat("no firewall wrote this", 400)]);

        Assert.Equal(1_200, await RejectedAsync());
        Assert.Equal(Reject.MostKept, await AskAsync<long>("SELECT count(*) FROM rejected_lines"));
    }

    [Fact]
    public async Task A_firewalls_other_name_is_counted_as_that_firewall()
    {
        await TakeAsync(Deny("fw-a"), Deny("fw-b"));
        Assert.Equal(Outcome.Done, (await Actions.SetAliasAsync("fw-b", "fw-a", engineer, Ct)).Outcome);
        services.GetRequiredService<SourceDirectory>().Forget(); // the announcement, without a listening connection
        await TakeAsync(Deny("fw-a"), Deny("fw-b"));

        Assert.Equal(
            3,
            await AskAsync<decimal>(
                "SELECT sum(count) FROM all_flows JOIN firewalls f ON f.id = firewall_id WHERE f.name = 'fw-a'"
            )
        );
    }

    [Fact]
    public async Task Names_that_stand_for_each_other_or_for_nobody_are_refused()
    {
        await TakeAsync(Deny("fw-a"), Deny("fw-b"), Deny("fw-c"));
        await Actions.SetAliasAsync("fw-b", "fw-a", engineer, Ct);

        foreach (var (name, of) in new[] { ("fw-a", "fw-a"), ("fw-a", "fw-c"), ("fw-c", "fw-b"), ("fw-c", "fw-z") })
            Assert.Equal(Outcome.Refused, (await Actions.SetAliasAsync(name, of, engineer, Ct)).Outcome);
    }

    [Fact]
    public async Task Zone_and_pin_hold_for_all_sources_of_a_sender()
    {
        await TakeAsync(Deny("fw-a"), Deny("fw-b"));

        Assert.Equal(Outcome.Done, (await Actions.SetZoneAsync(Sender, "Europe/Berlin", engineer, Ct)).Outcome);
        Assert.Equal(Outcome.Done, (await Actions.PinAsync(Sender, "cisco_asa", engineer, Ct)).Outcome);

        await using var db = await services
            .GetRequiredService<IDbContextFactory<DenywatchDb>>()
            .CreateDbContextAsync(Ct);
        Assert.All(
            await db.DataSources.ToListAsync(Ct),
            s => Assert.Equal(("Europe/Berlin", "cisco_asa"), (s.TimeZone, s.PinnedIntegration))
        );
        Assert.Equal(2, await db.Audit.CountAsync(Ct));
    }

    [Fact]
    public async Task What_a_firewall_says_about_itself_is_a_marker_and_a_number_of_lines_left_out()
    {
        var time = $"{DateTime.UtcNow:MMM dd yyyy HH:mm:ss}";

        await TakeAsync(
            $"{time} fw-a : %ASA-5-111008: User 'alice' executed the 'no access-list in' command.",
            $"{time} fw-a : %ASA-1-106101: Number of cached deny-flows for ACL log has reached limit (4096)."
        );

        Assert.Equal("alice", await AskAsync<string>("SELECT who FROM change_markers"));
        Assert.Equal(1, await AskAsync<decimal>("SELECT sum(suppressed) FROM source_slices"));
        Assert.Equal(0, await DeniesAsync());
    }

    [Fact]
    public async Task What_is_no_zone_or_integration_is_refused()
    {
        await TakeAsync(Deny("fw-a"));

        Assert.Equal(Outcome.Refused, (await Actions.SetZoneAsync(Sender, "Mars/Base", engineer, Ct)).Outcome);
        Assert.Equal(Outcome.Refused, (await Actions.PinAsync(Sender, "mars", engineer, Ct)).Outcome);
    }

    [Fact]
    public async Task An_analyst_does_not_change_sources()
    {
        var analyst = new Actor(null, "ana", AccountRole.Analyst);

        Assert.Equal(Outcome.Forbidden, (await Actions.PinAsync(Sender, null, analyst, Ct)).Outcome);
        Assert.Equal(Outcome.Forbidden, (await Actions.ClearRejectsAsync(1, analyst, Ct)).Outcome);
    }

    [Fact]
    public async Task Connections_without_an_answer_count_only_where_a_sender_is_opted_in()
    {
        await TakeAsync(Unanswered);
        Assert.Equal(0, await DeniesAsync());

        await Actions.CountUnansweredAsync(Sender, true, engineer, Ct);
        services.GetRequiredService<Senders>().Forget(Sender);
        await TakeAsync(Unanswered);

        Assert.Equal(1, await DeniesAsync());
    }

    [Fact]
    public async Task Lines_of_an_unknown_format_are_counted_once_somebody_says_which_field_is_what()
    {
        await TakeAsync("client=192.0.2.9 gate=door-1 what=nope", "client=192.0.2.9 gate=door-1 what=fine");
        Assert.Equal((0, 2), (await DeniesAsync(), await RejectedAsync()));

        var mapping = new MappingForm
        {
            Format = MappedFormat.KeyValue,
            Denied = "nope",
            Allowed = "fine",
        };
        mapping["source.ip"] = "client";
        mapping["observer.name"] = "gate";
        mapping["event.action"] = "what";
        await Actions.MapAsync(Sender, mapping.Make().Mapping, engineer, Ct);
        var (_, read) = await Actions.ReadRejectsAgainAsync(Sender, new Progress<ReadAgain>(), engineer, Ct);

        Assert.Equal(new ReadAgain(2, 2, 2), read);
        Assert.Equal((1, 0), (await DeniesAsync(), await RejectedAsync()));
        Assert.Equal(
            "door-1",
            await AskAsync<string>("SELECT name FROM firewalls JOIN all_flows f ON f.firewall_id = id")
        );
    }

    [Fact]
    public void A_mapping_that_is_read_back_into_the_form_is_the_same()
    {
        var form = new MappingForm
        {
            Format = MappedFormat.Csv,
            Separator = "tab",
            Columns = "a, b",
            EveryLineIsDenied = true,
        };
        form["source.ip"] = "a";

        var (mapping, _) = MappingForm.Of(form.Make().Mapping).Make();

        Assert.Equal(MappingJson.Write(form.Make().Mapping!), MappingJson.Write(mapping!));
        Assert.Equal(MappingJson.Write(mapping!), MappingJson.Write(MappingJson.Read(MappingJson.Write(mapping!))!));
    }

    [Theory]
    [InlineData("", "no field goes to source.ip")]
    [InlineData("what", "is given for")]
    public void A_mapping_that_cannot_be_used_says_why(string source, string problem)
    {
        var form = new MappingForm();
        form["source.ip"] = source;
        form["event.action"] = "what";

        Assert.Contains(problem, form.Make().Problem, StringComparison.Ordinal);
    }

    // Zeek: a SYN that nobody answered.
    private static readonly string Unanswered =
        $$"""{"ts":{{DateTimeOffset.UtcNow.ToUnixTimeSeconds()}},"uid":"C1","id.orig_h":"192.0.2.1","id.orig_p":4711,"id.resp_h":"198.51.100.7","id.resp_p":445,"proto":"tcp","conn_state":"S0","orig_pkts":3,"resp_pkts":0}""";

    private static string Deny(string firewall) =>
        $"<188>date={DateTime.UtcNow:yyyy-MM-dd} time={DateTime.UtcNow:HH:mm:ss} tz=\"+0000\" devname=\"{firewall}\" devid=\"FG1\" logid=\"0000000013\" type=\"traffic\" subtype=\"forward\" srcip=192.0.2.1 srcport=4711 dstip=198.51.100.7 dstport=445 proto=6 action=\"deny\" policyid=0";

    private async Task TakeAsync(params IReadOnlyList<string> lines)
    {
        var senders = services.GetRequiredService<Senders>();
        senders.Forget(Sender);
        var batch = (await senders.FindAsync(Sender, Ct)).NewBatch();
        foreach (var line in lines)
            batch.Add(Encoding.UTF8.GetBytes(line));
        await services.GetRequiredService<Committer>().CommitAsync(batch.Build(), repeats: null, Ct);
    }

    private Task<decimal> DeniesAsync() => AskAsync<decimal>("SELECT coalesce(sum(count), 0) FROM all_flows");

    private Task<decimal> RejectedAsync() => AskAsync<decimal>("SELECT coalesce(sum(count), 0) FROM rejects");

    private async Task<T?> AskAsync<T>(string sql)
    {
        await using var connection = await services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync(Ct);
        return await connection.ScalarAsync<T>(sql, Ct);
    }

    private static async Task MigrateAsync(string connectionString)
    {
        await using var source = new NpgsqlDataSourceBuilder(connectionString).Build();
        await Database.MigrateAsync(source, CancellationToken.None);
    }
}
