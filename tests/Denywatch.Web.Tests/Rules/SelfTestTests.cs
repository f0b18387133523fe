using Denywatch.Events;
using Denywatch.Testing;
using Denywatch.Web.Features.Rules;
using Denywatch.Web.Tests.Scoring;

namespace Denywatch.Web.Tests.Rules;

public sealed class SelfTestTests(PostgresFixture postgres) : IAsyncLifetime
{
    private ScannedMonth month = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => month = await ScannedMonth.NewAsync(postgres);

    public ValueTask DisposeAsync() => month.DisposeAsync();

    [Fact]
    public async Task As_many_denies_as_it_names_raise_the_alert_and_one_fewer_does_not()
    {
        var lines = (await RowsAsync(1)).Where(row => row.Partition is "" or "fw-1").ToList();
        var smallest = (long)lines.Min(row => row.Smallest)!.Value;
        Assert.Equal(2, lines.Count);
        Assert.All(lines, row => Assert.Equal(month.Open, row.Bucket));

        await month.ScanAsync((int)smallest - 1);
        var before = await month.LiveAsync();
        await month.Node.DenyAsync(
            month.Open,
            month.Open + DenyFlow.SliceSpan,
            _ => 1,
            source: ScannedMonth.Scanner,
            port: 445
        );
        await month.Node.LookAsync();

        Assert.Empty(before);
        Assert.NotEmpty(await month.LiveAsync());
    }

    [Fact]
    public async Task A_spike_is_caught_from_the_line_on_and_nothing_is_written()
    {
        var first = Assert.Single(await RowsAsync(1), row => row.Partition.Length == 0);
        var enough = (long)(first.Smallest!.Value - Math.Round(first.Typical));
        var models = await ModelsAsync();

        Assert.Equal(SelfTestVerdict.Missed, (await TotalAsync(enough - 1)).Verdict);
        Assert.Equal(SelfTestVerdict.Caught, (await TotalAsync(enough)).Verdict);
        Assert.All(await RowsAsync(1_000_000), row => Assert.Equal(SelfTestVerdict.Caught, row.Verdict));

        Assert.Equal(models, await ModelsAsync());
        Assert.Empty(await month.LiveAsync());
    }

    [Fact]
    public async Task The_rules_own_settings_count()
    {
        await month.Node.RunAsync("UPDATE rules SET floor = 123456");

        var row = await TotalAsync(100_000);

        Assert.Equal((SelfTestVerdict.Missed, 123_456), (row.Verdict, row.Smallest));
    }

    [Fact]
    public async Task A_rule_that_is_none_gives_none_and_no_deny_is_no_spike()
    {
        var test = month.Node.Get<SelfTest>();

        Assert.Null(await test.OfAsync(Guid.NewGuid(), 10, Stop));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() =>
            test.OfAsync(BuiltInRules.SpikeInFirewallDenies, 0, Stop)
        );
    }

    private async Task<SelfTestRow> TotalAsync(long denies) =>
        Assert.Single(await RowsAsync(denies), row => row.Partition.Length == 0);

    private async Task<IReadOnlyList<SelfTestRow>> RowsAsync(long denies) =>
        (await month.Node.Get<SelfTest>().OfAsync(BuiltInRules.SpikeInFirewallDenies, denies, Stop))!;

    private Task<string?> ModelsAsync() =>
        month.Node.AskAsync<string>("SELECT md5(string_agg(state::text, ',' ORDER BY id)) FROM series");
}
