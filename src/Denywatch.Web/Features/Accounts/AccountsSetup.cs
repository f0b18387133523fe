using System.Globalization;
using System.Security.Claims;
using System.Threading.RateLimiting;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;

namespace Denywatch.Web.Features.Accounts;

/// <summary>Who may come in, and who may do what.</summary>
public static class AccountsSetup
{
    /// <summary>Name of the rate limit on attempts to sign in or to use a one-time link.</summary>
    public const string SignInLimit = "sign-in";

    /// <summary>Chooses between the cookie of a browser and the bearer token of a program.</summary>
    private const string AnyScheme = "denywatch";

    /// <summary>What a role or an account loses, it loses within this time, also on pages that are open.</summary>
    internal static readonly TimeSpan Revalidation = TimeSpan.FromSeconds(30);

    public static void AddAccounts(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<AccountActions>();
        services.AddSingleton<AccountQueries>();
        services.AddHostedService<SetupLink>();

        // One set of keys for all nodes, and one name: a cookie of one node opens the others, and outlives a restart.
        services.AddDataProtection().SetApplicationName("Denywatch").PersistKeysToDbContext<DenywatchDb>();
        // It warns at every first start that the keys are not encrypted: they are as safe as the database they stand in.
        builder.Logging.AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error);

        services
            .AddAuthentication(AnyScheme)
            .AddPolicyScheme(
                AnyScheme,
                null,
                options =>
                    options.ForwardDefaultSelector = http =>
                        ApiTokenHandler.Handles(http.Request)
                            ? ApiTokenHandler.Scheme
                            : IdentityConstants.ApplicationScheme
            )
            .AddScheme<AuthenticationSchemeOptions, ApiTokenHandler>(ApiTokenHandler.Scheme, null)
            .AddCookie(IdentityConstants.ApplicationScheme, ConfigureCookie)
            // Never issued; the security-stamp check signs it out beside the other, and fails where it is not there.
            .AddCookie(IdentityConstants.TwoFactorRememberMeScheme);

        services
            .AddIdentityCore<Account>(options =>
            {
                options.Lockout.MaxFailedAccessAttempts = 8;
                options.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(5);
                options.Password.RequiredLength = AccountActions.ShortestPassword;
                options.Password.RequireDigit = false;
                options.Password.RequireLowercase = false;
                options.Password.RequireUppercase = false;
                options.Password.RequireNonAlphanumeric = false;
            })
            .AddEntityFrameworkStores<DenywatchDb>()
            .AddSignInManager<AccountSignIn>()
            .AddClaimsPrincipalFactory<AccountClaims>();
        services.Configure<SecurityStampValidatorOptions>(options => options.ValidationInterval = Revalidation);

        var authorization = services
            .AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        foreach (var policy in Enum.GetValues<Policy>())
        {
            authorization.AddPolicy(
                policy.ToString(),
                rule => rule.RequireAuthenticatedUser().RequireAssertion(asked => Actor.Of(asked.User).May(policy))
            );
        }
        services.AddCascadingAuthenticationState();
        services.AddScoped<AuthenticationStateProvider, AccountRevalidation>();

        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.AddPolicy(
                SignInLimit,
                http =>
                    HttpMethods.IsPost(http.Request.Method)
                        ? RateLimitPartition.GetFixedWindowLimiter(
                            http.Connection.RemoteIpAddress?.ToString() ?? "",
                            _ => new() { PermitLimit = 20, Window = TimeSpan.FromMinutes(1) }
                        )
                        : RateLimitPartition.GetNoLimiter("")
            );
            options.OnRejected = async (rejected, ct) =>
                await rejected.HttpContext.Response.WriteAsync(
                    "Too many attempts from this address. Wait a minute.",
                    ct
                );
        });
    }

    /// <summary>The part of the pipeline that decides who is there; pages and API are mapped after it.</summary>
    public static void MapAccounts(this WebApplication app)
    {
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.UseAntiforgery();
    }

    private static void ConfigureCookie(CookieAuthenticationOptions cookie)
    {
        cookie.Cookie.Name = "denywatch";
        cookie.Cookie.HttpOnly = true;
        cookie.Cookie.SameSite = SameSiteMode.Lax;
        cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest; // plain HTTP is bound to this machine alone
        cookie.ExpireTimeSpan = TimeSpan.FromHours(12);
        cookie.SlidingExpiration = true;
        cookie.LoginPath = "/sign-in";
        cookie.LogoutPath = "/sign-out";
        cookie.AccessDeniedPath = "/not-allowed";
        cookie.ReturnUrlParameter = "to";
        cookie.Events.OnValidatePrincipal = SecurityStampValidator.ValidatePrincipalAsync;
        cookie.Events.OnRedirectToLogin = Redirect(StatusCodes.Status401Unauthorized);
        cookie.Events.OnRedirectToAccessDenied = Redirect(StatusCodes.Status403Forbidden);
    }

    /// <summary>People are sent to a page, programs get a status code.</summary>
    private static Func<RedirectContext<CookieAuthenticationOptions>, Task> Redirect(int status) =>
        context =>
        {
            if (
                context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
                || context.Request.Path.StartsWithSegments("/_blazor", StringComparison.Ordinal)
            )
                context.Response.StatusCode = status;
            else
                context.Response.Redirect(context.RedirectUri);
            return Task.CompletedTask;
        };
}

/// <summary>Signs in whoever is not disabled.</summary>
internal sealed class AccountSignIn(
    UserManager<Account> users,
    IHttpContextAccessor http,
    IUserClaimsPrincipalFactory<Account> claims,
    Microsoft.Extensions.Options.IOptions<IdentityOptions> options,
    ILogger<SignInManager<Account>> logger,
    IAuthenticationSchemeProvider schemes,
    IUserConfirmation<Account> confirmation
) : SignInManager<Account>(users, http, claims, options, logger, schemes, confirmation)
{
    public override async Task<bool> CanSignInAsync(Account user) =>
        !user.IsDisabled && await base.CanSignInAsync(user);
}

/// <summary>Puts the role into the principal, where <see cref="Actor"/> reads it.</summary>
internal sealed class AccountClaims(
    UserManager<Account> users,
    Microsoft.Extensions.Options.IOptions<IdentityOptions> options
) : UserClaimsPrincipalFactory<Account>(users, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Account user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new(ClaimTypes.Role, user.Role.ToString()));
        return identity;
    }

    internal static ClaimsPrincipal Of(Account account, string scheme) =>
        new(
            new ClaimsIdentity(
                [
                    new(ClaimTypes.NameIdentifier, account.Id.ToString("D", CultureInfo.InvariantCulture)),
                    new(ClaimTypes.Name, account.UserName ?? ""),
                    new(ClaimTypes.Role, account.Role.ToString()),
                ],
                scheme
            )
        );
}
