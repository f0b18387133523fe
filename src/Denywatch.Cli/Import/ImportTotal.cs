namespace Denywatch.Cli.Import;

/// <summary>Adds the answers of a file's parts up.</summary>
internal sealed class ImportTotal
{
    private const int ProblemsShown = 10;

    private readonly List<ImportProblem> problems = [];
    private long events,
        denied,
        allowed,
        unanswered,
        none,
        rejected;

    public long Lines { get; private set; }

    public void Add(ImportAnswer answer)
    {
        Lines += answer.Lines;
        events += answer.Events;
        denied += answer.Denied;
        allowed += answer.Allowed;
        unanswered += answer.Unanswered;
        none += answer.None;
        rejected += answer.Rejected;
        problems.AddRange((answer.Problems ?? []).Take(ProblemsShown - problems.Count));
    }

    /// <summary>The summary, on standard output; samples of rejected lines on standard error.</summary>
    public void Tell(string file)
    {
        foreach (var problem in problems)
            Console.Error.WriteLine($"{file}:{problem.Line}: {problem.Problem}");
        Console.Out.WriteLine(
            $"{file}: {Lines} lines, {events} events: {denied} denied, {allowed} allowed, {unanswered} unanswered, {none} without verdict; {rejected} lines rejected"
        );
    }
}
