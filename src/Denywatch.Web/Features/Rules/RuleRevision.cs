using Denywatch.Alerting;
using Denywatch.Alerting.RuleFiles;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Scoring;
using Npgsql;

namespace Denywatch.Web.Features.Rules;

/// <summary>One rule brought to what a file says, for import and roll-back alike.</summary>
internal sealed record Revision(Rule Rule, bool IsNew, IReadOnlyList<FieldChange> Changes, string? Refusal = null)
{
    public bool ChangesNothing => !IsNew && Changes.Count == 0;

    /// <summary>What its settings do to alerts that are there.</summary>
    public IReadOnlyList<PastChange> Past { get; init; } = [];
}

/// <summary>Plans and writes revisions; the preview of an import and the import are one plan.</summary>
public sealed class RuleRevisions(RulePast past, TimeProvider clock)
{
    private const int LongestAudited = 500;

    internal static Revision Make(RuleFile file) => new(RuleDefinitions.Make(file), IsNew: true, []);

    /// <summary>Changes the rule as the file says, in memory.</summary>
    /// <param name="connection">Inside the transaction that will write it; null for a preview.</param>
    internal async Task<Revision> PlanAsync(
        Rule rule,
        RuleFile file,
        NpgsqlConnection? connection,
        CancellationToken ct
    )
    {
        var before = RuleDefinitions.Of(rule);
        var settings = file.SettingsOver(rule.ToSettings());
        List<PastChange> alerts = [];
        if (settings != rule.ToSettings())
        {
            if (await past.LossAsync(rule.Id, settings, ct) is not null)
                return new(
                    rule,
                    IsNew: false,
                    [],
                    "Its settings would take away confirmed true positives: set them on the rule's tab Tuning first, saying why."
                );
            if (connection is not null)
                alerts = await past.UnderAsync(connection, rule, settings, ct);
        }
        RuleDefinitions.Apply(rule, file);
        return new(rule, IsNew: false, RuleDiff.Of(before, RuleDefinitions.Of(rule))) { Past = alerts };
    }

    /// <summary>Notes what was done with its version, and switches a rule off that cannot run any more.</summary>
    internal async Task NoteAsync(
        DenywatchDb db,
        Revision revision,
        string? obstacle,
        (string Deed, Actor Actor, string? Why) about,
        CancellationToken ct
    )
    {
        var now = clock.GetUtcNow();
        var rule = revision.Rule;
        var isStopped = obstacle is not null && rule.Switch(on: false, now);
        Dictionary<string, string?> before = new(StringComparer.Ordinal);
        Dictionary<string, string?> after = new(StringComparer.Ordinal);
        foreach (var change in revision.Changes)
            (before[change.Field], after[change.Field]) = (Cut(change.Before), Cut(change.After));
        if (isStopped)
            (before["isEnabled"], after["isEnabled"]) = ("true", "false");
        db.Audit.Add(
            Audit.Entry(
                about.Actor,
                about.Deed,
                ("rule", rule.Id.ToString()),
                revision.IsNew ? null : before,
                revision.IsNew
                    ? new
                    {
                        rule.Name,
                        rule.IsEnabled,
                        rule.Threshold,
                        rule.JobIds,
                    }
                    : after,
                about.Why,
                now
            )
        );
        await RuleVersions.AddAsync(db, rule, (about.Deed, about.Actor.Name, about.Why), now, ct);
    }

    internal async Task SaveAsync(
        NpgsqlTransaction transaction,
        DenywatchDb db,
        IEnumerable<Revision> revisions,
        CancellationToken ct
    )
    {
        await db.SaveChangesAsync(ct);
        foreach (var revision in revisions)
            await past.WriteAsync(transaction, db, revision.Past, ct);
        await transaction.CommitAsync(ct);
    }

    private static string? Cut(string? text) =>
        text is { Length: > LongestAudited } ? $"{text[..LongestAudited]} …" : text;
}
