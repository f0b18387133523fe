using System.Security.Claims;
using Denywatch.Storage;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Denywatch.Web.Features.Accounts;

/// <summary>A page stays open for hours: its circuit asks now and then whether its account still stands as it did.</summary>
internal sealed class AccountRevalidation(
    ILoggerFactory loggers,
    IDbContextFactory<DenywatchDb> dbs,
    IOptions<IdentityOptions> options
) : RevalidatingServerAuthenticationStateProvider(loggers)
{
    protected override TimeSpan RevalidationInterval => AccountsSetup.Revalidation;

    protected override async Task<bool> ValidateAuthenticationStateAsync(
        AuthenticationState authenticationState,
        CancellationToken cancellationToken
    )
    {
        var user = authenticationState.User;
        if (!Guid.TryParse(user.FindFirstValue(ClaimTypes.NameIdentifier), out var id))
            return false;

        var stamp = user.FindFirstValue(options.Value.ClaimsIdentity.SecurityStampClaimType);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.Users.AnyAsync(
            account => account.Id == id && !account.IsDisabled && account.SecurityStamp == stamp,
            cancellationToken
        );
    }
}
