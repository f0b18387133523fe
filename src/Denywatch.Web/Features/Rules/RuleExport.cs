using Denywatch.Alerting.RuleFiles;
using Denywatch.Storage;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Rules;

/// <summary>How rules are written.</summary>
public enum RuleLayout
{
    /// <summary>A file a rule, as the public repository has them.</summary>
    Toml,

    /// <summary>A line a rule, as Kibana imports them.</summary>
    Ndjson,
}

/// <summary>Rules as files again: what an import has read, every value of it, with what was changed since.</summary>
public sealed class RuleExport(IDbContextFactory<DenywatchDb> dbs)
{
    /// <summary>Name and text of one rule's file; null where there is no such rule.</summary>
    public async Task<RuleText?> OneAsync(Guid id, RuleLayout layout, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        if (await db.Rules.AsNoTracking().SingleOrDefaultAsync(rule => rule.Id == id, ct) is not { } rule)
            return null;
        var definition = RuleDefinitions.Of(rule);
        return layout == RuleLayout.Toml
            ? new(FileName(rule.Name, "toml"), RuleFile.ToToml(definition))
            : new(FileName(rule.Name, "ndjson"), RuleFile.ToNdjson(definition) + "\n");
    }

    /// <summary>All rules by name: files of their own, or lines of one.</summary>
    public async Task<IReadOnlyList<RuleText>> AllAsync(RuleLayout layout, CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var rules = await db.Rules.AsNoTracking().OrderBy(rule => rule.Name).ThenBy(rule => rule.Id).ToListAsync(ct);
        if (layout == RuleLayout.Ndjson)
            return
            [
                new(
                    "denywatch-rules.ndjson",
                    string.Concat(rules.Select(rule => RuleFile.ToNdjson(RuleDefinitions.Of(rule)) + "\n"))
                ),
            ];

        HashSet<string> taken = new(StringComparer.Ordinal);
        return rules.ConvertAll(rule =>
        {
            var name = FileName(rule.Name, "toml");
            return new RuleText(
                taken.Add(name) ? name : FileName($"{rule.Name} {rule.Id}", "toml"),
                RuleFile.ToToml(RuleDefinitions.Of(rule))
            );
        });
    }

    /// <summary>Such as <c>spike_in_firewall_denies.toml</c>.</summary>
    private static string FileName(string name, string ending)
    {
        var words = string.Concat(name.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' '))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var stem = string.Join('_', words);
        return $"{(stem.Length == 0 ? "rule" : stem[..Math.Min(stem.Length, 100)])}.{ending}";
    }
}
