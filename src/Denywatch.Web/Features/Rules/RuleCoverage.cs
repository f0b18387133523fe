using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Rules;

/// <summary>What a rule does for a technique, the best first.</summary>
public enum CoverState
{
    On,
    Off,
    CannotRun,
}

public sealed record CoveringRule(Guid Id, string Name, CoverState State);

/// <summary>A technique with the rules that name it, those that are on first.</summary>
public sealed record CoveredTechnique(string Id, string Name, IReadOnlyList<CoveringRule> Rules)
{
    public CoverState Best => Rules[0].State;
}

/// <summary>A tactic with its techniques; rules that name the tactic alone stand under an empty id.</summary>
public sealed record CoveredTactic(string Id, string Name, IReadOnlyList<CoveredTechnique> Techniques);

/// <summary>Which tactics and techniques of MITRE ATT&amp;CK the rules speak of.</summary>
public sealed class RuleCoverage(IDbContextFactory<DenywatchDb> dbs)
{
    // In the order in which an attack goes.
    private static readonly string[] order =
    [
        "TA0043",
        "TA0042",
        "TA0001",
        "TA0002",
        "TA0003",
        "TA0004",
        "TA0005",
        "TA0006",
        "TA0007",
        "TA0008",
        "TA0009",
        "TA0011",
        "TA0010",
        "TA0040",
    ];

    public async Task<IReadOnlyList<CoveredTactic>> AllAsync(CancellationToken ct)
    {
        await using var db = await dbs.CreateDbContextAsync(ct);
        var jobs = await db.Jobs.Select(job => job.Id).ToListAsync(ct);
        return Of(await db.Rules.AsNoTracking().OrderBy(rule => rule.Name).ToListAsync(ct), jobs);
    }

    /// <param name="jobs">Ids of the jobs that are here.</param>
    public static IReadOnlyList<CoveredTactic> Of(IEnumerable<Rule> rules, IReadOnlyCollection<string> jobs)
    {
        var named = rules.SelectMany(rule =>
            rule.Threats.SelectMany(threat =>
                threat
                    .Techniques.DefaultIfEmpty(new("", ""))
                    .Select(technique => (Threat: threat, Technique: technique, Rule: Covering(rule, jobs)))
            )
        );
        return
        [
            .. named
                .GroupBy(each => each.Threat.TacticId, StringComparer.Ordinal)
                .OrderBy(tactic => Array.IndexOf(order, tactic.Key) is >= 0 and var place ? place : order.Length)
                .ThenBy(tactic => tactic.Key, StringComparer.Ordinal)
                .Select(tactic => new CoveredTactic(
                    tactic.Key,
                    tactic.First().Threat.Tactic,
                    [
                        .. tactic
                            .GroupBy(each => each.Technique.Id, StringComparer.Ordinal)
                            .OrderBy(technique => technique.Key, StringComparer.Ordinal)
                            .Select(technique => new CoveredTechnique(
                                technique.Key,
                                technique.First().Technique.Name,
                                [.. technique.Select(each => each.Rule).Distinct().OrderBy(rule => rule.State)]
                            )),
                    ]
                )),
        ];
    }

    private static CoveringRule Covering(Rule rule, IReadOnlyCollection<string> jobs) =>
        new(
            rule.Id,
            rule.Name,
            RuleObstacle.Of(rule.JobIds, jobs) is not null ? CoverState.CannotRun
                : rule.IsEnabled ? CoverState.On
                : CoverState.Off
        );
}
