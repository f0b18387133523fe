using System.Text.Json.Nodes;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Rules;

/// <summary>One line of a rule's versions.</summary>
public sealed record VersionRow(int Number, DateTimeOffset At, string By, string Deed, string? Why);

/// <summary>How rules stood: every change of a definition leaves a version; a switch leaves none.</summary>
public sealed class RuleVersions(IDbContextFactory<DenywatchDb> dbs)
{
    /// <summary>Versions of a rule, the newest first.</summary>
    public async Task<IReadOnlyList<VersionRow>> OfAsync(Guid ruleId, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        return await db
            .RuleVersions.Where(version => version.RuleId == ruleId)
            .OrderByDescending(version => version.Number)
            .Select(version => new VersionRow(version.Number, version.At, version.By, version.Deed, version.Why))
            .ToListAsync(ct);
    }

    /// <summary>What a version changed; null where there is none of that number. The first has nothing before it.</summary>
    public async Task<IReadOnlyList<FieldChange>?> ChangesAsync(Guid ruleId, int number, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var two = await db
            .RuleVersions.Where(v => v.RuleId == ruleId && (v.Number == number || v.Number == number - 1))
            .ToDictionaryAsync(v => v.Number, v => v.Definition, ct);
        if (!two.TryGetValue(number, out var after))
            return null;
        return two.TryGetValue(number - 1, out var before)
            ? RuleDiff.Of(RuleDefinitions.Parse(before), RuleDefinitions.Parse(after))
            : [];
    }

    /// <summary>Adds the version that the rule has become, in the transaction that has changed it.</summary>
    internal static async Task AddAsync(
        DenywatchDb db,
        Rule rule,
        (string Deed, string By, string? Why) about,
        DateTimeOffset at,
        CancellationToken ct
    ) =>
        db.RuleVersions.Add(
            new()
            {
                RuleId = rule.Id,
                Number =
                    1 + (await db.RuleVersions.Where(v => v.RuleId == rule.Id).MaxAsync(v => (int?)v.Number, ct) ?? 0),
                At = at,
                By = about.By,
                Deed = about.Deed,
                Why = string.IsNullOrWhiteSpace(about.Why) ? null : about.Why.Trim(),
                Definition = RuleDefinitions.Of(rule).ToJsonString(),
            }
        );

    /// <summary>Rules from before there were versions, and those whose built-in words are new, get the one they stand at.</summary>
    /// <param name="made">Rules that this start has made.</param>
    internal static async Task CatchUpAsync(
        DenywatchDb db,
        IReadOnlyCollection<Guid> made,
        DateTimeOffset at,
        CancellationToken ct
    )
    {
        foreach (var rule in await db.Rules.ToListAsync(ct))
        {
            var newest = await db
                .RuleVersions.Where(version => version.RuleId == rule.Id)
                .OrderByDescending(version => version.Number)
                .Select(version => version.Definition)
                .FirstOrDefaultAsync(ct);
            if (newest is not null && JsonNode.DeepEquals(RuleDefinitions.Parse(newest), RuleDefinitions.Of(rule)))
                continue;
            var why =
                newest is not null ? "the words of another release"
                : made.Contains(rule.Id) ? "as it came with Denywatch"
                : "as it stood when versions began";
            await AddAsync(db, rule, ("start", Actor.System.Name, why), at, ct);
        }
    }
}
