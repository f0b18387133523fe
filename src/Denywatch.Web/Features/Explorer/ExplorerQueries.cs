using Denywatch.Storage;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>The explorer's one axis: line, lanes, stack and events of a range.</summary>
public sealed class ExplorerQueries(NpgsqlDataSource source, EventQueries events)
{
    /// <summary>Filters other than firewalls are counted from flows: for as long as that is quick.</summary>
    public static readonly TimeSpan LongestFiltered = TimeSpan.FromDays(7);

    public async Task<ExplorerTimeline> TimelineAsync(TimelineQuestion question, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(question);
        var step = TimeSteps.For(question.To - question.From, question.MostSteps);
        question = question with
        {
            From = TimeSteps.Floor(question.From, step),
            To = TimeSteps.Ceiling(question.To, step),
        };
        await using var connection = await source.OpenConnectionAsync(ct);
        var series = await LineQueries.SeriesAsync(connection, question.Filter.Only.Firewalls, ct);
        var (points, multiBucket) = await LineQueries.PointsAsync(
            connection,
            series,
            question.From,
            question.To,
            step,
            ct
        );
        var lanes = await FirewallLanes.PageAsync(connection, question, step, ct);
        return new(
            question.From,
            question.To,
            step,
            series is [var only] ? only : null,
            points,
            multiBucket,
            lanes.Lanes,
            lanes.LaneCount,
            lanes.Excess,
            await events.BetweenAsync(question.From, question.To, ct),
            BandBasis.Model,
            Note: null
        );
    }
}
