using Denywatch.Web.Features.Jobs;

namespace Denywatch.Web.Tests.Jobs;

public class JobStateTests
{
    private static readonly DateTimeOffset now = Some.Start;

    private static readonly JobFacts well = new(
        "a_job",
        "A job",
        "",
        "high_count",
        null,
        null,
        TimeSpan.FromMinutes(15),
        [],
        IsOpen: true,
        Problem: null,
        Series: 3,
        Learning: 0,
        LastScored: now.AddMinutes(-30),
        ScoredAt: now.AddMinutes(-14),
        Waiting: 0
    )
    {
        AsOf = now,
        LookedAt = now.AddSeconds(-3),
        CloseDue = now.AddMinutes(5),
        Sources = 2,
        LastLineAt = now.AddSeconds(-4),
    };

    public static TheoryData<JobFacts, string, string, string> States =>
        new()
        {
            { well, "opened, feed started", "Scored up to the bucket of 3 Nov 13:30 UTC; looked 3 s ago.", "Nothing" },
            { well with { Learning = 2 }, "opened, feed started", "2 of 3 series still learning.", "Nothing" },
            { well with { Relearning = 1 }, "opened, feed started", "Learning again: 2 of 3 series done.", "Nothing" },
            { well with { IsOpen = false }, "closed, feed stopped", "It is closed", "Start it" },
            {
                well with
                {
                    Problem = "fw-1 could not be scored: bad state",
                },
                "failed, feed started",
                "fw-1 could not be scored: bad state",
                "tried again twice a minute"
            },
            {
                well with
                {
                    StoppedAt = now.AddHours(-2),
                    StoppedBy = "eve",
                    StoppedWhy = "migration.",
                },
                "opened, feed stopped",
                "eve stopped it at 3 Nov 12:00 UTC, 2 h 00 ago: migration. What comes is counted",
                "Start it"
            },
            {
                well with
                {
                    LookedAt = now.AddSeconds(-61),
                },
                "opened, feed late",
                "No worker has looked since 3 Nov 13:58 UTC, 1 min ago",
                "role worker"
            },
            {
                well with
                {
                    CloseDue = now.AddMinutes(-7),
                    Waiting = 3,
                },
                "opened, feed late",
                "3 closed buckets wait to be scored; the oldest was due at 3 Nov 13:53 UTC, 7 min ago.",
                "catching up"
            },
            {
                well with
                {
                    QuietSources = 2,
                    LastLineAt = now.AddMinutes(-40),
                },
                "opened, feed quiet",
                "All 2 sources are silent beyond what is usual; the last line came at 3 Nov 13:20 UTC, 40 min ago.",
                "See which sources"
            },
            { well with { QuietSources = 1 }, "opened, feed started", "looked 3 s ago", "Nothing" },
            { well with { Sources = 0 }, "opened, feed never had data", "No source has sent a line yet.", "Set up" },
            {
                well with
                {
                    Series = 0,
                },
                "opened, feed never had data",
                "Lines come from 2 sources, the newest at 3 Nov 13:59 UTC, and none",
                "rejected"
            },
            { well with { LookedAt = null }, "opened, feed late", "No worker has looked yet", "role worker" },
            {
                well with
                {
                    Sources = 0,
                    LookedAt = now.AddMinutes(-2),
                },
                "opened, feed late",
                "No worker has looked since",
                "role worker"
            },
        };

    [Theory]
    [MemberData(nameof(States), DisableDiscoveryEnumeration = true)]
    public void A_state_says_its_cause_with_figures_and_the_next_step(
        JobFacts facts,
        string words,
        string cause,
        string next
    )
    {
        var state = facts.State;

        Assert.Equal(words, state.Words);
        Assert.Contains(cause, state.Cause, StringComparison.Ordinal);
        Assert.Contains(next, state.NextStep, StringComparison.Ordinal);
    }

    [Fact]
    public void A_look_that_is_sixty_seconds_old_and_a_bucket_that_is_two_minutes_due_are_in_time() =>
        Assert.True((well with { LookedAt = now.AddSeconds(-60), CloseDue = now.AddMinutes(-2) }).State.IsWell);
}
