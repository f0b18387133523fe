using Microsoft.AspNetCore.Http.HttpResults;

namespace Denywatch.Web.Features.Accounts;

/// <summary>What came of a form that was sent.</summary>
/// <param name="Problems">What is wrong, by the name of the field; of the whole under the empty name.</param>
public sealed record FormResult(Outcome Outcome, int? Id = null, IReadOnlyDictionary<string, string>? Problems = null)
{
    public static FormResult NotFound { get; } = Because(Outcome.NotFound, "It is not there any more.");
    public static FormResult Forbidden { get; } = Because(Outcome.Forbidden, "Only an engineer may do that.");

    public static FormResult Done(int id) => new(Outcome.Done, id);

    public static FormResult Refused(IReadOnlyDictionary<string, string> problems) =>
        new(Outcome.Refused, Problems: problems);

    public static FormResult Refused(string field, string problem) => Because(Outcome.Refused, problem, field);

    /// <summary>The answer of an API to something made: its id.</summary>
    public Results<Ok<int>, ForbidHttpResult, NotFound, ValidationProblem> ToMade() =>
        Outcome switch
        {
            Outcome.Done => TypedResults.Ok(Id!.Value),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => ToProblem(),
        };

    /// <summary>The answer of an API to something changed or removed.</summary>
    public Results<NoContent, ForbidHttpResult, NotFound, ValidationProblem> ToDone() =>
        Outcome switch
        {
            Outcome.Done => TypedResults.NoContent(),
            Outcome.Forbidden => TypedResults.Forbid(),
            Outcome.NotFound => TypedResults.NotFound(),
            _ => ToProblem(),
        };

    private ValidationProblem ToProblem() =>
        TypedResults.ValidationProblem(
            Problems!.ToDictionary(p => p.Key, p => new[] { p.Value }, StringComparer.Ordinal)
        );

    private static FormResult Because(Outcome outcome, string problem, string field = "") =>
        new(outcome, Problems: new Dictionary<string, string>(StringComparer.Ordinal) { [field] = problem });
}
