using Denywatch.Storage;
using Denywatch.Web.Features.Accounts;
using Microsoft.EntityFrameworkCore;

namespace Denywatch.Web.Features.Rules;

public static class RulesSetup
{
    public static void AddRules(this WebApplicationBuilder builder) => builder.Services.AddRules();

    public static void AddRules(this IServiceCollection services) =>
        services
            .AddSingleton<RuleActions>()
            .AddSingleton<RuleQueries>()
            .AddSingleton<RulePreview>()
            .AddSingleton<RuleMonthQueries>()
            .AddSingleton<SelfTest>()
            .AddSingleton<RulePast>()
            .AddSingleton<RuleTuningActions>()
            .AddSingleton<RuleVersions>()
            .AddSingleton<RuleRevisions>()
            .AddSingleton<RuleImport>()
            .AddSingleton<RuleExport>()
            .AddSingleton<RuleRollBack>()
            .AddSingleton<RuleCoverage>()
            .AddSingleton<RuleGapQueries>()
            .AddSingleton<RuleGapActions>()
            .AddTransient<FillTask>();

    /// <summary>
    /// Puts the built-in jobs and rules in place where they are missing, and brings our own words in them up to date. What
    /// people can change (on or off, threshold, severity) stays as they left it.
    /// </summary>
    public static async Task SeedAsync(IDbContextFactory<DenywatchDb> dbs, TimeProvider clock, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(dbs);
        ArgumentNullException.ThrowIfNull(clock);
        await using var db = await dbs.CreateDbContextAsync(ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // Several nodes may start at once.
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({SeedLock})", ct);

        foreach (var job in BuiltInJobs.All())
        {
            if (await db.Jobs.FindAsync([job.Id], ct) is { } known)
                (known.Title, known.Description, known.Influencers) = (job.Title, job.Description, job.Influencers);
            else
                db.Jobs.Add(job);
        }

        List<Guid> made = [];
        foreach (var rule in BuiltInRules.All())
        {
            if (await db.Rules.FindAsync([rule.Id], ct) is { } known)
            {
                (known.Description, known.Setup, known.Note) = (rule.Description, rule.Setup, rule.Note);
                known.FalsePositives = rule.FalsePositives;
                continue;
            }
            // It was never off, so that older logs that are imported later alert too (as found late).
            rule.Switch(on: true, DateTimeOffset.UnixEpoch);
            if (rule.Id != BuiltInRules.SpikeInFirewallDenies)
                rule.Switch(on: false, clock.GetUtcNow());
            db.Rules.Add(rule);
            made.Add(rule.Id);
            db.Audit.Add(
                Audit.Entry(
                    Actor.System,
                    "create",
                    ("rule", rule.Id.ToString()),
                    null,
                    new { rule.Name, rule.IsEnabled },
                    rule.IsEnabled
                        ? "built in, enabled at the first start"
                        : "built in, off until somebody switches it on",
                    clock.GetUtcNow()
                )
            );
        }

        await db.SaveChangesAsync(ct);
        await RuleVersions.CatchUpAsync(db, made, clock.GetUtcNow(), ct);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
    }

    private const long SeedLock = 0x44454E5C;
}
