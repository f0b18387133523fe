using System.Globalization;
using System.Text.Json;
using Denywatch.Storage.Entities;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.Administration;

/// <summary>One entry as files and the API give it.</summary>
/// <param name="Before">What stood before; absent for something new.</param>
/// <param name="After">What stands now; absent for something removed.</param>
public sealed record AuditLine(
    long Id,
    DateTimeOffset At,
    string Actor,
    string Deed,
    string SubjectKind,
    string SubjectId,
    string? Why,
    JsonElement? Before,
    JsonElement? After
)
{
    public static AuditLine Of(AuditEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return new(
            entry.Id,
            entry.At,
            entry.Actor,
            entry.Deed,
            entry.SubjectKind,
            entry.SubjectId,
            entry.Why,
            Json(entry.Before),
            Json(entry.After)
        );
    }

    private static JsonElement? Json(string? text) =>
        text is null ? null : JsonSerializer.Deserialize<JsonElement>(text);
}

/// <summary>The audit trail as a file, written while it is read.</summary>
public static class AuditFile
{
    /// <summary>One head line; times are UTC, before and after are JSON.</summary>
    public static async Task WriteCsvAsync(IAsyncEnumerable<AuditEntry> entries, Stream to, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(entries);
        await using var writer = Csv.WriterOn(to);
        await writer.WriteLineAsync("id,at,actor,deed,subject_kind,subject_id,why,before,after".AsMemory(), ct);
        await foreach (var entry in entries.WithCancellation(ct))
            await writer.WriteLineAsync(CsvOf(entry).AsMemory(), ct);
    }

    private static string CsvOf(AuditEntry entry) =>
        string.Join(
            ',',
            entry.Id.ToString(CultureInfo.InvariantCulture),
            entry.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture),
            Csv.Cell(entry.Actor),
            Csv.Cell(entry.Deed),
            Csv.Cell(entry.SubjectKind),
            Csv.Cell(entry.SubjectId),
            Csv.Cell(entry.Why),
            Csv.Cell(entry.Before),
            Csv.Cell(entry.After)
        );
}
