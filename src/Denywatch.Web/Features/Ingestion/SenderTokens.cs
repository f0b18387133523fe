using System.Collections.Concurrent;
using System.Text;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>Who sends: finds the sender behind an <c>Authorization</c> header.</summary>
public sealed class SenderTokens(IDbContextFactory<DenywatchDb> dbs, TimeProvider clock)
{
    /// <summary>A revoked token works this long at most.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(15);

    private const int MostRemembered = 10_000;

    private readonly ConcurrentDictionary<string, (string? Sender, DateTimeOffset Until)> remembered = new(
        StringComparer.Ordinal
    );

    /// <summary>The sender's name as stored with its data, or null where the header opens nothing.</summary>
    /// <param name="authorization"><c>Bearer T</c>, <c>ApiKey T</c>, <c>ApiKey base64(id:T)</c> or <c>Basic base64(any:T)</c>.</param>
    public async ValueTask<string?> SenderOfAsync(string? authorization, CancellationToken ct)
    {
        if (SecretOf(authorization) is not { } secret)
            return null;

        var hash = Secret.HashOf(secret);
        var key = Convert.ToHexString(hash);
        var now = clock.GetUtcNow();
        if (remembered.TryGetValue(key, out var known) && known.Until > now)
            return known.Sender;

        string? name;
        try
        {
            name = await AskAsync(hash, now, ct);
        }
        catch (Exception away) when (Committer.IsAway(away) && known.Sender is not null)
        {
            return known.Sender; // it was good a moment ago, and the sender must not be turned away for our trouble
        }

        if (remembered.Count >= MostRemembered) // guesses must not fill the memory
            remembered.Clear();
        var sender = name is null ? null : $"token:{name}";
        remembered[key] = (sender, now + Remembered);
        return sender;
    }

    private async Task<string?> AskAsync(byte[] hash, DateTimeOffset now, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var token = db.AccessTokens.Where(token =>
            token.SecretHash == hash && token.Scope == TokenScope.Intake && token.RevokedAt == null
        );
        if (await token.Select(found => found.Name).SingleOrDefaultAsync(ct) is not { } name)
            return null;

        await token.ExecuteUpdateAsync(found => found.SetProperty(t => t.LastUsedAt, now), ct);
        return name;
    }

    internal static string? SecretOf(string? authorization)
    {
        var parts = authorization?.Split(
            ' ',
            2,
            StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
        );
        if (parts is not [var scheme, var value])
            return null;

        return scheme.ToLowerInvariant() switch
        {
            "bearer" => value,
            "apikey" => AfterColon(value) ?? value,
            "basic" => AfterColon(value),
            _ => null,
        };
    }

    private static string? AfterColon(string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var length))
            return null;

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : text[(colon + 1)..];
    }
}
