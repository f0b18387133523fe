using System.Text.Encodings.Web;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Ingestion;
using Microsoft.AspNetCore.Authentication;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace Denywatch.Web.Features.Accounts;

/// <summary>A program at the REST API: its bearer token acts as the account that made it.</summary>
internal sealed class ApiTokenHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options,
    ILoggerFactory loggers,
    UrlEncoder encoder,
    IDbContextFactory<DenywatchDb> dbs
) : AuthenticationHandler<AuthenticationSchemeOptions>(options, loggers, encoder)
{
    public new const string Scheme = "api-token";

    private const string Bearer = "Bearer ";

    /// <summary>Intake has tokens of its own, so only the API's addresses are looked at.</summary>
    public static bool Handles(HttpRequest request) =>
        request.Path.StartsWithSegments("/api/v1", StringComparison.Ordinal)
        && request.Path != ImportApi.Path
        && SecretOf(request) is not null;

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (SecretOf(Request) is not { } secret)
            return AuthenticateResult.NoResult();

        var hash = Secret.HashOf(secret);
        await using var db = await dbs.CreateDbContextAsync(Context.RequestAborted);
        var account = await (
            from token in db.AccessTokens
            join owner in db.Users on token.AccountId equals owner.Id
            where
                token.SecretHash == hash
                && token.Scope == TokenScope.Api
                && token.RevokedAt == null
                && !owner.IsDisabled
            select owner
        )
            .AsNoTracking()
            .SingleOrDefaultAsync(Context.RequestAborted);
        if (account is null)
            return AuthenticateResult.Fail("The token is unknown or revoked.");

        // A minute is exact enough to see whether a token is still used, and saves a write for every request.
        var now = TimeProvider.GetUtcNow();
        await db
            .AccessTokens.Where(token => token.SecretHash == hash)
            .Where(token => token.LastUsedAt == null || token.LastUsedAt < now.AddMinutes(-1))
            .ExecuteUpdateAsync(token => token.SetProperty(t => t.LastUsedAt, now), Context.RequestAborted);
        return AuthenticateResult.Success(new(AccountClaims.Of(account, Scheme), Scheme));
    }

    private static string? SecretOf(HttpRequest request) =>
        request.Headers.Authorization.ToString() is { } header
        && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? header[Bearer.Length..].Trim()
            : null;
}
