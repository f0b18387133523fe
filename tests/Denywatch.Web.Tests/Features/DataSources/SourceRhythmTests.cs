using Denywatch.Testing;
using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Tests.Scoring;

namespace Denywatch.Web.Tests.Features.DataSources;

public sealed class SourceRhythmTests(PostgresFixture postgres) : IAsyncLifetime
{
    private Worker node = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;
    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    public async ValueTask InitializeAsync() => node = await Worker.NewAsync(postgres);

    public ValueTask DisposeAsync() => node.DisposeAsync();

    [Fact]
    public async Task The_batch_that_ends_a_silence_writes_it_down_and_the_rhythm_is_learnt_from_it()
    {
        await node.DenyAsync(Now.AddMinutes(-5), Now, _ => 1);
        for (var i = 0; i < 3; i++)
        {
            await SilentForAsync("20 minutes");
            await node.DenyAsync(Now.AddMinutes(-1), Now, _ => 1);
        }
        await node.DenyAsync(Now.AddMinutes(-1), Now, _ => 1);

        Assert.Equal(3, await node.AskAsync<long>("SELECT count(*) FROM source_silences"));
        await SilentForAsync("11 minutes");
        Assert.InRange(await BoundAsync(), TimeSpan.FromMinutes(53), TimeSpan.FromMinutes(55));
    }

    [Fact]
    public async Task Of_a_history_that_was_imported_the_times_of_events_stand_in()
    {
        await node.DenyAsync(Now.AddDays(-3), Now.AddHours(-1), slice => slice.Minute == 0 ? 1 : 0);
        await node.RunAsync("DELETE FROM source_slices WHERE denied = 0");
        await SilentForAsync("11 minutes");

        Assert.InRange(await BoundAsync(), TimeSpan.FromMinutes(160), TimeSpan.FromMinutes(164));
    }

    private Task SilentForAsync(string time) =>
        node.RunAsync($"UPDATE data_sources SET last_received_at = last_received_at - interval '{time}'");

    private async Task<TimeSpan> BoundAsync()
    {
        var last = await node.AskAsync<DateTime>("SELECT last_received_at FROM data_sources");
        var times = new SourceTimes(1, new(last, TimeSpan.Zero), 0);
        return (await new SourceRhythms(node.Source).OfAsync([times], Now, Stop))[1].Bound;
    }
}
