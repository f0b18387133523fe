using Microsoft.AspNetCore.Http.HttpResults;

namespace Denywatch.Web.Features.Accounts;

/// <summary>What came of a deed.</summary>
/// <param name="Problem">Why it was not done, as a sentence; null where it was.</param>
public sealed record DeedResult(Outcome Outcome, string? Problem = null)
{
    public static DeedResult Refused(string problem) => new(Outcome.Refused, problem);

    /// <summary>The answer of an API; a refusal is told of <paramref name="field"/>.</summary>
    public Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem> ToDone(string field) =>
        (Outcome == Outcome.Refused ? FormResult.Refused(field, Problem!) : new FormResult(Outcome)).ToDone();
}
