using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Denywatch.Web.Features.Accounts;

/// <summary>Prints the link that makes the first admin, once the server listens; there is no default password.</summary>
internal sealed class SetupLink(AccountActions accounts, IServer server, Settings settings) : IHostedLifecycleService
{
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (!settings.RoleSet.HasFlag(Roles.Web) || await accounts.OfferSetupAsync(cancellationToken) is not { } secret)
            return;

        // To the console and not to the log: logs are collected and kept, and this opens everything.
        await Console.Out.WriteLineAsync(
            $"""

            Denywatch has no admin yet. Open this link once to make one:
              {Address()}/set-up?key={secret}

            """
        );
    }

    private string Address()
    {
        var bound =
            server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:8080";
        return (settings.PublicUrl ?? bound)
            .TrimEnd('/')
            .Replace("//[::]", "//localhost", StringComparison.Ordinal)
            .Replace("//0.0.0.0", "//localhost", StringComparison.Ordinal)
            .Replace("//127.0.0.1", "//localhost", StringComparison.Ordinal);
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
