using Denywatch.Events;
using Denywatch.Events.Assets;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Exceptions;
using Denywatch.Web.Tests.Scoring;
using Microsoft.EntityFrameworkCore;
using Outcome = Denywatch.Web.Features.Accounts.Outcome;

namespace Denywatch.Web.Tests.Exceptions;

public sealed class RoleExceptionTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Scanner = "10.20.0.9";
    private const string Attacker = "198.51.100.66";

    private static readonly TimeSpan Span = TimeSpan.FromMinutes(15);
    private static readonly Actor Engineer = new(null, "ada", AccountRole.Engineer);
    private Worker node = null!;
    private DateTimeOffset now;
    private DateTimeOffset open;
    private DateTimeOffset night;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>A month in which an own scanner, known as such, and an attacker ran in the same bucket.</summary>
    public async ValueTask InitializeAsync()
    {
        now = DateTimeOffset.UtcNow;
        node = await Worker.NewAsync(postgres, now);
        open = new(now.UtcTicks - (now.UtcTicks % Span.Ticks), TimeSpan.Zero);
        night = open - (10 * Span);
        await node.DenyAsync(now.AddDays(-28), open, Steady);
        await node.DenyAsync(night, night + Span, _ => 1500, source: Scanner, port: 445, role: AssetRoles.OwnScanner);
        await node.DenyAsync(night, night + Span, _ => 900, source: Attacker, port: 22);
        await ScoreAsync();
    }

    public async ValueTask DisposeAsync() => await node.DisposeAsync();

    [Fact]
    public async Task Excepting_own_scanners_takes_their_denies_out_of_the_past_and_of_what_comes()
    {
        var before = await PastAsync();
        Assert.InRange(before.Actual, 7000, 8000);

        var added = await AddAsync();

        var past = await PastAsync();
        Assert.Equal(AlertStatus.Open, past.Status);
        Assert.InRange(past.Actual, 2700, 3000);
        Assert.Contains(Attacker, past.Sentence, StringComparison.Ordinal);

        // Marked at counting here: the batch was made by a node that had not heard of the exception.
        await node.DenyAsync(
            open,
            open + DenyFlow.SliceSpan,
            _ => 5000,
            source: Scanner,
            port: 445,
            role: AssetRoles.OwnScanner
        );
        await node.DenyAsync(open, open + DenyFlow.SliceSpan, _ => 7, source: Scanner, port: 22);
        await node.LookAsync();
        Assert.Equal("5000 7", await OpenSliceAsync());

        await node.Get<ExceptionActions>().RemoveAsync(added, "as before", Engineer, Stop);
        await ScoreAsync();
        Assert.Equal(before.Actual, (await PastAsync()).Actual);
        Assert.Equal("0 5007", await OpenSliceAsync());
    }

    [Fact]
    public async Task An_alert_whose_main_source_is_an_own_scanner_weighs_one_step_less()
    {
        var alert = await PastAsync();

        Assert.Contains("- 1 (own scanner)", alert.SeverityReason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "/sources/assets?role=own%20scanner")]
    [InlineData("server", "/sources/assets?role=own%20scanner")]
    [InlineData("own scanner", "/rules/exceptions/new?only=source-role%3Aown%20scanner&days=366&pack=own-scanners")]
    public void The_pack_of_own_scanners_is_offered_once_an_address_has_that_role(string? inUse, string url) =>
        Assert.Equal(url, NoisePack.Of("own-scanners")!.UrlWith(inUse is null ? new HashSet<string>() : [inUse]));

    private async Task<int> AddAsync()
    {
        var draft = new ExceptionDraft(
            NoisePack.Of("own-scanners")!.Scope,
            "ada",
            "our own scanners",
            now.AddDays(-27),
            now.AddDays(3)
        );
        var added = await node.Get<ExceptionActions>().AddAsync(draft, Engineer, Stop);
        Assert.Equal((Outcome.Done, null), (added.Outcome, added.Problem));
        await ScoreAsync();
        return added.Id!.Value;
    }

    private async Task ScoreAsync()
    {
        await node.LookAsync();
        await node.CloseAsync();
    }

    private async Task<Alert> PastAsync()
    {
        await using var db = await node.DbAsync();
        var alerts = await db.Alerts.OrderBy(alert => alert.Id).ToListAsync(Stop);
        return Assert.Single(alerts, alert => alert.StartedAt <= night && alert.LastBucket >= night);
    }

    /// <summary>Denies of the open bucket's first slice that are taken away, and those that count.</summary>
    private Task<string?> OpenSliceAsync() =>
        node.AskAsync<string>(
            $"SELECT sum(excepted)::text || ' ' || sum(count)::text FROM counts WHERE span = 5 AND at = '{open:O}'"
        );

    private static int Steady(DateTimeOffset slice) =>
        30 + (int)(slice.UtcTicks / DenyFlow.SliceSpan.Ticks * 7919 % 11);
}
