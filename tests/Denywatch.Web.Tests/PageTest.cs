using Bunit;
using Denywatch.Web.Ui;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using MudBlazor.Services;

namespace Denywatch.Web.Tests;

/// <summary>A browser of values: components render as in the app, scripts answer nothing, the clock stands still.</summary>
public abstract class PageTest : BunitContext
{
    protected static readonly DateTimeOffset Now = new(2026, 11, 3, 14, 20, 0, TimeSpan.Zero);

    protected PageTest()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        Services.AddMudServices(options => options.PopoverOptions.CheckForPopoverProvider = false);
        Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
    }

    protected FixedClock Clock { get; } = new(Now);

    protected static Viewer In(string zone) =>
        Viewer.Default with
        {
            Zone = TimeZoneInfo.FindSystemTimeZoneById(zone),
            BrowserZone = TimeZoneInfo.FindSystemTimeZoneById(zone),
        };
}

public sealed class FixedClock(DateTimeOffset now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now;
}
