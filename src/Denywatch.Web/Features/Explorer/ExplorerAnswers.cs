using System.Text.Json.Serialization;
using Denywatch.Alerting;
using Denywatch.Web.Features.Scoring;
using Denywatch.Web.Ui.Charts;

namespace Denywatch.Web.Features.Explorer;

/// <summary>Where the expectation of a line comes from.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<BandBasis>))]
public enum BandBasis
{
    /// <summary>The model's: bands of records, summed.</summary>
    Model,

    /// <summary>Mean and spread of the same traffic at the same time on the days before; not scored.</summary>
    ComparableDays,

    /// <summary>None: <see cref="ExplorerTimeline.Note"/> says why.</summary>
    None,
}

/// <summary>The explorer's one axis.</summary>
/// <param name="From">Start of the first step.</param>
/// <param name="Step">Length of a point: the bucket span, or a multiple of it where the range is long.</param>
/// <param name="SeriesId">The series whose scores the points have; null where there is none.</param>
/// <param name="Points">At most as many as were asked for; absent steps hold nothing.</param>
/// <param name="MultiBucket">Points whose anomaly was found together with the buckets before it: their own counts lie within the band.</param>
/// <param name="Lanes">The page of lanes that was asked for, worst score first. A firewall's cells have its own scores; a
/// value's cell has the record score of the bucket times the value's share of the excess.</param>
/// <param name="LaneCount">Lanes of all pages.</param>
/// <param name="Stack">Excess by contributor of the buckets that have an anomaly: the largest first, the others together last.</param>
/// <param name="Note">What a reader must know about the answer, as a sentence; null where there is nothing.</param>
public sealed record ExplorerTimeline(
    DateTimeOffset From,
    DateTimeOffset To,
    TimeSpan Step,
    int? SeriesId,
    IReadOnlyList<TimelinePoint> Points,
    IReadOnlySet<DateTimeOffset> MultiBucket,
    IReadOnlyList<TimelineLane> Lanes,
    int LaneCount,
    IReadOnlyList<ContributorExcess> Stack,
    ExplorerEvents Events,
    BandBasis Basis,
    string? Note
)
{
    /// <summary>Counts of the same steps a week before, by this week's step; null where it was not asked for.</summary>
    public IReadOnlyDictionary<DateTimeOffset, double>? WeekBefore { get; init; }

    /// <summary>Share of the range that lanes and stack know of, 0 to 1: less than 1 while an import is being summed.</summary>
    public double Prepared { get; init; } = 1;
}

/// <summary>One contributor's part of the excess over time.</summary>
/// <param name="Value">Null for all others together.</param>
/// <param name="Excess">Denies above what the contributor usually has, by step.</param>
public sealed record ContributorExcess(string? Value, IReadOnlyDictionary<DateTimeOffset, double> Excess);

/// <summary>What happened in the range, beside the counts. Each list holds at most 200, the newest.</summary>
public sealed record ExplorerEvents(
    IReadOnlyList<AlertBar> Alerts,
    IReadOnlyList<ExceptionBar> Exceptions,
    IReadOnlyList<WindowBar> Windows,
    IReadOnlyList<AnnotationBar> Annotations,
    IReadOnlyList<TimelineChange> Changes,
    IReadOnlyList<FirstSeenRule> Rules,
    IReadOnlyList<GapBar> Gaps,
    IReadOnlyList<LateMark> Late,
    IReadOnlyList<NoticedEvent> Noticed
)
{
    public static ExplorerEvents None { get; } = new([], [], [], [], [], [], [], [], []);
}

/// <param name="End">Null while it goes on.</param>
/// <param name="Score">Record score of its peak, 0 to 100.</param>
public sealed record AlertBar(
    long Id,
    string Title,
    string Severity,
    double Score,
    DateTimeOffset Start,
    DateTimeOffset? End
);

/// <param name="Scope">Which traffic, in words.</param>
public sealed record ExceptionBar(
    int Id,
    string Scope,
    string Reason,
    string Owner,
    DateTimeOffset From,
    DateTimeOffset Until
);

/// <summary>An occurrence of a maintenance window.</summary>
/// <param name="Scope">Which traffic, in words.</param>
/// <param name="IsBroken">It took away far more than its norm, so its traffic counts.</param>
public sealed record WindowBar(
    int Id,
    string Name,
    string Scope,
    DateTimeOffset From,
    DateTimeOffset Until,
    bool IsBroken
);

/// <summary>What somebody wrote at a time.</summary>
/// <param name="To">Null for a moment.</param>
public sealed record AnnotationBar(long Id, DateTimeOffset From, DateTimeOffset? To, string Text, string By);

/// <summary>A firewall rule denied something for the first time, later than the first day of its firewall.</summary>
public sealed record FirstSeenRule(DateTimeOffset At, string Firewall, string Rule);

/// <summary>No node took events in.</summary>
public sealed record GapBar(DateTimeOffset From, DateTimeOffset To, string Reason);

/// <summary>A bucket that was scored again.</summary>
/// <param name="Reason">What follows "scored again because of".</param>
/// <param name="Series">How many series were.</param>
public sealed record LateMark(DateTimeOffset Bucket, string Reason, int Series);

/// <summary>One stretch of time taken apart.</summary>
/// <param name="SeriesId">The series whose record it is about; null where a filter is set or nothing was scored.</param>
/// <param name="Record">The record with the highest score in the stretch; null where there is none.</param>
/// <param name="Count">Denies in the stretch.</param>
/// <param name="Typical">What the model expected in it; the mean of comparable stretches where it expected nothing.</param>
/// <param name="Ratio">Count over typical; null where typical is less than one.</param>
/// <param name="Sentence">The page's sentence, from the count on.</param>
/// <param name="Excess">Contributors by dimension; distinct values and entropies against usual.</param>
/// <param name="EvidenceFrom">Where the excess was read: the stretch itself or, where that is long, its worst bucket.</param>
/// <param name="Ports">Top sources by top ports.</param>
/// <param name="Destinations">Top sources by top destinations.</param>
/// <param name="RawLines">Some lines as they came, newest first.</param>
public sealed record BucketDetail(
    DateTimeOffset From,
    DateTimeOffset To,
    int? SeriesId,
    TimelinePoint? Record,
    long Count,
    double? Typical,
    double? Ratio,
    string Sentence,
    Excess Excess,
    CauseFinding Cause,
    DateTimeOffset EvidenceFrom,
    DateTimeOffset EvidenceTo,
    CrossTable Ports,
    CrossTable Destinations,
    IReadOnlyList<string> RawLines
);

/// <summary>Denies by two fields, the largest of each, at most 10 by 10.</summary>
/// <param name="Counts">By row and column; zero where there is none.</param>
public sealed record CrossTable(
    IReadOnlyList<string> Rows,
    IReadOnlyList<string> Columns,
    IReadOnlyList<IReadOnlyList<long>> Counts
);

/// <summary>A flow as listed and exported.</summary>
/// <param name="Source">An address, or a network where folding left no more.</param>
/// <param name="Sources">Distinct sources in it; 1 where it is not folded.</param>
public sealed record FlowLine(
    DateTimeOffset First,
    DateTimeOffset Last,
    string? Source,
    string? Destination,
    int? Port,
    string? Transport,
    string Firewall,
    string? Rule,
    string Direction,
    string? SourceCountry,
    long? SourceAs,
    string? DestinationCountry,
    long? DestinationAs,
    string Integration,
    long Count,
    long? Packets,
    int Sources,
    string? SourceRole = null,
    string? DestinationRole = null
);

/// <param name="Total">Flows of all pages.</param>
/// <param name="Denies">Their denied attempts.</param>
public sealed record FlowPage(IReadOnlyList<FlowLine> Flows, long Total, long Denies);
