using System.Text.Json;
using Denywatch.Alerting;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Rules;

/// <summary>How rules were switched: the audit trail knows, and its first entry how a rule stood before.</summary>
internal static class RuleSwitches
{
    public static async Task<Dictionary<Guid, List<RuleSwitch>>> OfAsync(
        DenywatchDb db,
        IReadOnlyList<Rule> rules,
        CancellationToken ct
    )
    {
        var ids = rules.Select(rule => rule.Id.ToString()).ToList();
        var entries = await db
            .Audit.AsNoTracking()
            .Where(e => e.SubjectKind == "rule" && ids.Contains(e.SubjectId) && e.Deed.StartsWith("switch"))
            .OrderBy(e => e.Id)
            .ToListAsync(ct);
        return rules.ToDictionary(
            rule => rule.Id,
            rule =>
            {
                var turns = entries.FindAll(entry => entry.SubjectId == rule.Id.ToString());
                var first = turns.Count > 0 ? Read(turns[0].Before) : null;
                first ??= new(rule.IsEnabled, rule.SwitchedAt);
                return (List<RuleSwitch>)
                    [
                        new(first.SwitchedAt, first.IsEnabled),
                        .. turns
                            .Select(turn => (Entry: turn, After: Read(turn.After)))
                            .Where(t => t.After is not null)
                            .Select(t => new RuleSwitch(
                                t.After!.SwitchedAt,
                                t.After.IsEnabled,
                                t.Entry.Actor,
                                t.Entry.Why
                            )),
                    ];
            }
        );
    }

    private static Standing? Read(string? json) =>
        json is null ? null : JsonSerializer.Deserialize<Standing>(json, JsonSerializerOptions.Web);

    private sealed record Standing(bool IsEnabled, DateTimeOffset SwitchedAt);
}
