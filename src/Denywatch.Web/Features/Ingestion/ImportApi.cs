using System.Globalization;
using System.Text.Json;
using Denywatch.Events;
using Microsoft.AspNetCore.Mvc;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>A line of an import that was rejected.</summary>
public sealed record ImportProblem(long Line, string Problem);

/// <summary>What became of one part of a file.</summary>
public sealed record ImportAnswer(
    long Lines,
    long Events,
    long Denied,
    long Allowed,
    long Unanswered,
    long None,
    long Rejected,
    IReadOnlyList<ImportProblem> Problems
);

/// <summary><c>POST /api/v1/import</c>: a part of a file, whole lines, counted once however often it is sent.</summary>
internal static class ImportApi
{
    public const string Path = "/api/v1/import";

    private const int MostProblems = 20;

    public static void MapImport(this WebApplication app) =>
        app.MapPost(Path, ImportAsync)
            .AllowAnonymous()
            .DisableAntiforgery()
            .AddEndpointFilter<SenderFilter>()
            .WithName("Import")
            .WithSummary("Takes a part of a log file: at most 100 MiB of whole lines, plain or gzip.")
            .Produces<ImportAnswer>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status413PayloadTooLarge);

    private static async Task<IResult> ImportAsync(
        HttpContext http,
        Senders senders,
        Committer committer,
        IntakeGauge gauge,
        [FromHeader(Name = "X-Denywatch-Import")] Guid? import,
        [FromHeader(Name = "X-Denywatch-Part")] int? part,
        [FromHeader(Name = "X-Denywatch-First-Line")] long? firstLine,
        [FromHeader(Name = "X-Denywatch-Preamble")] string? preamble
    )
    {
        ReadOnlyMemory<byte>? body;
        byte[]? header;
        try
        {
            body = await BulkBody.ReadAsync(http.Request, http.RequestAborted);
            header = preamble is null ? null : Convert.FromBase64String(preamble);
        }
        catch (Exception wrong) when (wrong is InvalidDataException or FormatException)
        {
            return TypedResults.Problem(
                $"The body or X-Denywatch-Preamble cannot be read: {wrong.Message}",
                statusCode: 400
            );
        }
        if (body is not { } bytes)
            return TypedResults.Problem($"A part may be {BulkBody.MaxBytes} bytes long at most.", statusCode: 413);

        var sender = await senders.FindAsync(SenderFilter.SenderOf(http), http.RequestAborted);
        var builder = sender.NewBatch(EventReading.Import);
        if (header is not null)
            builder.Prime(header);

        var (lines, number) = (0L, firstLine ?? 1);
        List<ImportProblem> problems = [];
        foreach (var range in Lines(bytes.Span))
        {
            if (builder.Add(bytes.Span[range]) is { } problem && problems.Count < MostProblems)
                problems.Add(new(number, problem));
            lines++;
            number++;
        }

        var batch = builder.Build() with { PartKey = import is { } id ? $"{id:N}/{part ?? 0}" : null };
        await committer.CommitAsync(batch, repeats: null, http.RequestAborted);
        gauge.Stored(lines, fromBuffer: false);

        var tallies = batch.Tallies;
        return TypedResults.Ok(
            new ImportAnswer(
                lines,
                tallies.Sum(tally => tally.Total - tally.Rejected),
                tallies.Sum(tally => tally.Denied),
                tallies.Sum(tally => tally.Allowed),
                tallies.Sum(tally => tally.Unanswered),
                tallies.Sum(tally => tally.None),
                tallies.Sum(tally => tally.Rejected),
                problems
            )
        );
    }

    private static List<Range> Lines(ReadOnlySpan<byte> body)
    {
        List<Range> lines = [];
        var position = 0;
        while (position < body.Length)
        {
            var end = body[position..].IndexOf((byte)'\n');
            var next = end < 0 ? body.Length : position + end;
            lines.Add(new(position, next));
            position = next + 1;
        }
        return lines;
    }
}
