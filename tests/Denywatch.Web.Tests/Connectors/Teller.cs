using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Alerts;
using Denywatch.Web.Features.Connectors;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Denywatch.Web.Tests.Connectors;

/// <summary>An installation that tells others, with a clock that the test moves.</summary>
public sealed class Teller : IAsyncDisposable
{
    public static readonly Actor Root = new(null, "root", AccountRole.Admin);

    private int series;

    private Teller(Installation app) => App = app;

    public Installation App { get; }
    public FakeTimeProvider Clock => (FakeTimeProvider)App.Get<TimeProvider>();
    public ConnectorActions Actions => App.Get<ConnectorActions>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<Teller> NewAsync(
        PostgresFixture postgres,
        Settings? settings = null,
        TimeSpan? patience = null
    )
    {
        var app = await Installation.NewAsync(
            postgres,
            new FakeTimeProvider(DateTimeOffset.UtcNow),
            services =>
            {
                services.AddLogging();
                services.AddSingleton(settings ?? new Settings());
                services.AddDataProtection().UseEphemeralDataProtectionProvider();
                services.AddSingleton<ConnectorSecrets>();
                services.AddSingleton<IChannel>(provider => new WebhookChannel(
                    provider.GetRequiredService<ConnectorSecrets>(),
                    provider.GetRequiredService<Settings>(),
                    provider.GetRequiredService<TimeProvider>()
                )
                {
                    Patience = patience ?? TimeSpan.FromSeconds(10),
                });
                services.AddSingleton<IChannel, EmailChannel>();
                services.AddSingleton<ConnectorActions>().AddSingleton<ConnectorQueries>();
                services.AddSingleton<DeliveryActions>().AddSingleton<DeliveryQueries>();
                services.AddTransient<DeliveryTask>();
            }
        );
        return new(app) { series = await app.SeriesAsync() };
    }

    /// <summary>A webhook that wants everything.</summary>
    public async Task<ConnectorResult> WebhookAsync(
        string url,
        string name = "soc-bot",
        Severity minimum = Severity.Low
    ) => await Actions.AddAsync(new(name, ConnectorKind.Webhook, url, minimum), Root, Stop);

    public Task<Alert> AlertAsync(Action<Alert>? change = null) => App.AlertAsync(series, change);

    /// <summary>A machine changes an alert.</summary>
    public async Task ChangeAsync(long id, Action<Alert> change)
    {
        await using var db = await App.DbAsync();
        change(await db.Alerts.SingleAsync(alert => alert.Id == id, Stop));
        await db.SaveChangesAsync(Stop);
    }

    public async Task CloseAsync(long id) =>
        Assert.Equal(
            Outcome.Done,
            (
                await App.Get<AlertActions>().CloseAsync([id], new(CloseReason.BenignPositive), Installation.Ana, Stop)
            ).Outcome
        );

    /// <summary>One run of the task.</summary>
    public Task TellAsync() => App.Get<DeliveryTask>().RunAsync(Stop);

    public async Task<List<Delivery>> LogAsync()
    {
        await using var db = await App.DbAsync();
        return await db.Deliveries.AsNoTracking().OrderBy(d => d.Id).ToListAsync(Stop);
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
