using Denywatch.Alerting.RuleFiles;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Live;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Web.Features.Rules;

/// <summary>A file of rules: TOML with one, or NDJSON with any number.</summary>
/// <param name="Name">As messages should call it.</param>
public sealed record RuleText(string Name, string Text);

/// <summary>What an import does to a rule.</summary>
public enum ImportFate
{
    New,
    Changed,
    Unchanged,
    Refused,
}

/// <summary>One rule of an import.</summary>
/// <param name="Problems">Why it was refused, a sentence each, with file and line.</param>
/// <param name="Changes">Fields that differ from the rule that is there.</param>
/// <param name="Obstacle">Why it cannot run here; it is imported all the same, and stays off.</param>
public sealed record RuleImportRow(
    string File,
    string? RuleId,
    string? Name,
    ImportFate Fate,
    IReadOnlyList<string> Problems,
    IReadOnlyList<FieldChange> Changes,
    string? Obstacle = null
);

/// <summary>What an import did, or would do.</summary>
/// <param name="Problem">Why the whole was refused; null where it was looked at.</param>
public sealed record RuleImportResult(Outcome Outcome, IReadOnlyList<RuleImportRow> Rules, string? Problem = null)
{
    public int Count(ImportFate fate) => Rules.Count(rule => rule.Fate == fate);

    public bool ChangesNothing => Count(ImportFate.New) + Count(ImportFate.Changed) == 0;
}

/// <summary>
/// Makes and updates rules from files, all in one transaction. What cannot be read is refused with its sentences, and holds
/// up nothing else. New rules come in switched off: who wants their alerts switches them on.
/// </summary>
public sealed class RuleImport(RuleRevisions revisions, IDbContextFactory<DenywatchDb> dbs, NpgsqlDataSource source)
{
    public const int MostFiles = 500;
    private const int MostRules = 2000;

    /// <summary>Characters of all files together; a rule has some ten thousand.</summary>
    public const int LargestText = 16 * 1024 * 1024;

    /// <summary>What an import would do; writes nothing.</summary>
    public async Task<RuleImportResult> PreviewAsync(IReadOnlyList<RuleText> files, Actor actor, CancellationToken ct)
    {
        if (Refusal(files, actor) is { } refusal)
            return refusal;

        await using var db = await dbs.CreateDbContextAsync(ct);
        var (rows, _) = await PlanAsync(db, connection: null, files, ct);
        return new(Outcome.Done, rows);
    }

    /// <param name="why">Kept with each version; may be empty, the file's name is kept anyway.</param>
    public async Task<RuleImportResult> ImportAsync(
        IReadOnlyList<RuleText> files,
        string? why,
        Actor actor,
        CancellationToken ct
    )
    {
        if (Refusal(files, actor) is { } refusal)
            return refusal;

        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);
        // Alerts may follow the rules' settings; who else changes both takes the locks in this order.
        await EpisodeStore.LockAsync(connection, ct);
        await connection.ExecuteAsync("LOCK TABLE rules IN SHARE ROW EXCLUSIVE MODE", ct);
        await using var db = await Database.WithinAsync(transaction, ct);
        var (rows, planned) = await PlanAsync(db, connection, files, ct);
        foreach (var (row, revision) in planned)
        {
            var reason = string.IsNullOrWhiteSpace(why) ? row.File : $"{why.Trim()} ({row.File})";
            if (revision.IsNew)
                db.Rules.Add(revision.Rule);
            await revisions.NoteAsync(db, revision, row.Obstacle, ("import", actor, reason), ct);
        }
        await revisions.SaveAsync(transaction, db, planned.Select(plan => plan.Revision), ct);
        if (planned.Count > 0)
        {
            await DatabaseEars.AnnounceAsync(source, Topic.Records, ct);
            await DatabaseEars.AnnounceAsync(source, Topic.Alerts, ct);
        }
        return new(Outcome.Done, rows);
    }

    private static RuleImportResult? Refusal(IReadOnlyList<RuleText> files, Actor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.May(Policy.Engineer))
            return new(Outcome.Forbidden, [], "Your role does not change rules; an engineer can.");
        var problem =
            files is null or { Count: 0 } ? "No file is named."
            : files.Count > MostFiles ? $"At most {MostFiles} files at a time."
            : files.Any(file => file?.Name is null || file.Text is null) ? "Each file needs a name and a text."
            : files.Sum(file => (long)file.Text.Length) > LargestText
                ? $"At most {LargestText >> 20} MiB of text at a time."
            : null;
        return problem is null ? null : new(Outcome.Refused, [], problem);
    }

    private async Task<(List<RuleImportRow> Rows, List<(RuleImportRow Row, Revision Revision)> Planned)> PlanAsync(
        DenywatchDb db,
        NpgsqlConnection? connection,
        IReadOnlyList<RuleText> files,
        CancellationToken ct
    )
    {
        var jobs = await db.Jobs.Select(job => job.Id).ToListAsync(ct);
        var known = await db.Rules.ToDictionaryAsync(rule => rule.Id, ct);
        Dictionary<Guid, string> seen = [];
        List<RuleImportRow> rows = [];
        List<(RuleImportRow, Revision)> planned = [];
        foreach (var read in files.SelectMany(file => RuleFile.ReadAll(file.Name, file.Text)))
        {
            ct.ThrowIfCancellationRequested();
            if (rows.Count == MostRules)
            {
                rows.Add(
                    Refused(read, $"At most {MostRules} rules at a time: this one and those after it are left out.")
                );
                break;
            }
            if (read.Problems.Count > 0)
            {
                rows.Add(new(read.File, read.RuleId, read.Name, ImportFate.Refused, read.Problems, []));
                continue;
            }
            var id = Guid.Parse(read.RuleId!);
            if (!seen.TryAdd(id, read.File))
            {
                rows.Add(Refused(read, $"The rule_id {id} is in {seen[id]} too; that one is taken."));
                continue;
            }
            var revision = known.TryGetValue(id, out var rule)
                ? await revisions.PlanAsync(rule, read, connection, ct)
                : RuleRevisions.Make(read);
            if (revision.Refusal is { } refusal)
            {
                rows.Add(Refused(read, refusal));
                continue;
            }
            var fate =
                revision.IsNew ? ImportFate.New
                : revision.ChangesNothing ? ImportFate.Unchanged
                : ImportFate.Changed;
            var obstacle = RuleObstacle.Of(revision.Rule.JobIds, jobs);
            var row = new RuleImportRow(
                read.File,
                read.RuleId,
                revision.Rule.Name,
                fate,
                [],
                revision.Changes,
                obstacle
            );
            rows.Add(row);
            if (revision.ChangesNothing)
                db.Entry(rule!).State = EntityState.Unchanged;
            else
                planned.Add((row, revision));
        }
        return (rows, planned);
    }

    private static RuleImportRow Refused(RuleFile read, string why) =>
        new(read.File, read.RuleId, read.Name, ImportFate.Refused, [$"{read.File}: {why}"], []);
}

/// <summary>Why a rule cannot run.</summary>
internal static class RuleObstacle
{
    /// <summary>A sentence; null where all jobs of the rule are here.</summary>
    public static string? Of(IEnumerable<string> jobIds, IReadOnlyCollection<string> here)
    {
        var missing = jobIds.Except(here, StringComparer.Ordinal).ToList();
        return missing.Count == 0 ? null
            : missing.Count == 1 ? $"It reads the job {missing[0]}, which is not here: nothing would be scored."
            : $"It reads the jobs {string.Join(", ", missing)}, which are not here: nothing would be scored.";
    }
}
