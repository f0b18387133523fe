using System.Diagnostics;
using Denywatch.Testing;

namespace Denywatch.EndToEnd;

/// <summary>The demo with its month of traffic, and an admin; one for all that look at it.</summary>
public sealed class DemoApp(PostgresFixture postgres, Browser browser) : IAsyncLifetime
{
    public const string Admin = "ada";
    public const string Password = "seven quiet firewalls";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    private AppProcess? app;
    private Window? window;

    public AppProcess App => app!;

    /// <summary>The admin's window.</summary>
    public Window Window => window!;

    /// <summary>From the start of the process until the month was there.</summary>
    public TimeSpan FilledAfter { get; private set; }

    public async ValueTask InitializeAsync()
    {
        var watch = Stopwatch.StartNew();
        app = await AppProcess.StartAsync(
            new() { ConnectionString = await postgres.CreateDatabaseAsync(), Demo = true },
            CancellationToken.None
        );
        window = await browser.OpenAsync(app.Url);
        await window.SetUpAsync(app.SetupLink!, Admin, Password);
        await app.FilledAsync(Patience, CancellationToken.None);
        FilledAfter = watch.Elapsed;
    }

    public async ValueTask DisposeAsync()
    {
        if (window is not null)
            await window.DisposeAsync();
        if (app is not null)
            await app.DisposeAsync();
    }
}

/// <summary>Classes that look at the same filled demo, one after the other.</summary>
[CollectionDefinition(nameof(DemoApp))]
public sealed class DemoCollection : ICollectionFixture<DemoApp>;
