namespace Denywatch.Storage.Entities;

public enum AlertStatus
{
    Open,
    Acknowledged,
    Closed,
}

/// <summary>Why an alert was closed; the definitions are those shown at the point of choice.</summary>
public enum CloseReason
{
    /// <summary>No real excess: duplicate feed, clock, model error.</summary>
    FalsePositive,

    /// <summary>Real and authorised: own scan, test, maintenance.</summary>
    BenignPositive,

    /// <summary>Real and unwanted: attack or misconfiguration.</summary>
    TruePositive,

    /// <summary>Told by another alert already, which is linked.</summary>
    Duplicate,

    /// <summary>Something else, said in a note.</summary>
    Other,

    /// <summary>Set by the system alone when a re-score takes the anomaly away.</summary>
    Rescored,
}

/// <summary>One episode of anomalous buckets, told once.</summary>
public sealed class Alert
{
    /// <summary>A peak that grew by this factor since it was told is told again.</summary>
    private const double WorseGrowth = 2;

    public long Id { get; init; }

    /// <summary>The rule that owns it: the first that matched.</summary>
    public required Guid RuleId { get; set; }
    public Rule Rule { get; init; } = null!;

    /// <summary>The series that tells it: the one whose record raised it, until a re-score took that away.</summary>
    public required int SeriesId { get; set; }

    /// <summary>What it is, in few words.</summary>
    public required string Title { get; set; }

    /// <summary>The sentence: how many, how many expected, who, what.</summary>
    public required string Sentence { get; set; }

    /// <summary>Name of the likely cause, such as <c>horizontal scan</c>.</summary>
    public required string Cause { get; set; }

    /// <summary>low, medium, high or critical.</summary>
    public required string Severity { get; set; }

    /// <summary>0 low to 3 critical, for sorting.</summary>
    public required int SeverityRank { get; set; }

    /// <summary>The named factors behind the severity, as shown: <c>high = low + 1 (internal source)</c>.</summary>
    public required string SeverityReason { get; set; }

    /// <summary>First anomalous bucket.</summary>
    public required DateTimeOffset StartedAt { get; set; }

    /// <summary>Last anomalous bucket so far.</summary>
    public required DateTimeOffset LastBucket { get; set; }

    /// <summary>Bucket of the highest score.</summary>
    public required DateTimeOffset PeakAt { get; set; }
    public required double PeakScore { get; set; }

    /// <summary>Denies in the peak bucket.</summary>
    public required double Actual { get; set; }

    /// <summary>Expected denies in the peak bucket.</summary>
    public required double Typical { get; set; }

    /// <summary>Actual minus typical, summed over the episode's buckets.</summary>
    public required double Excess { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>subsided, new level, source quiet or excepted.</summary>
    public string? EndReason { get; set; }

    /// <summary>JSON of contributors, cause, evidence rows and checklist, frozen with the alert.</summary>
    public required string Evidence { get; set; }

    /// <summary>The source with the largest share of the excess; the database reads it off the evidence.</summary>
    public string? MainSource { get; private set; }

    /// <summary>Firewalls that have a part in the excess; the database reads them off the evidence.</summary>
    public string[] Firewalls { get; private set; } = [];

    /// <summary>What text filters look through: title, sentence, cause and contributors, in small letters; made by the database.</summary>
    public string SearchText { get; private set; } = "";

    /// <summary>Every series and rule that belongs to the episode, in words, owner first.</summary>
    public string[] Matches { get; set; } = [];

    public required DateTimeOffset RaisedAt { get; init; }

    /// <summary>Raised from an open bucket: the count crossed before the bucket closed.</summary>
    public bool IsInterim { get; set; }

    /// <summary>The bucket was older than a day when it was found: nobody was notified.</summary>
    public bool IsFoundLate { get; init; }

    /// <summary>The storm alert it is a child of.</summary>
    public long? StormId { get; set; }
    public bool IsStorm { get; init; }

    /// <summary>What a later re-score says, such as "now 62 because of late data".</summary>
    public string? Rescore { get; set; }

    public AlertStatus Status { get; private set; }
    public string? Assignee { get; private set; }
    public string? AcknowledgedBy { get; private set; }
    public DateTimeOffset? AcknowledgedAt { get; private set; }
    public CloseReason? CloseReason { get; private set; }
    public string? ClosedBy { get; private set; }
    public DateTimeOffset? ClosedAt { get; private set; }

    /// <summary>The alert that tells it already.</summary>
    public long? DuplicateOf { get; private set; }

    /// <summary>Excess when it was closed: it reopens only past twice this.</summary>
    public double? ExcessAtClose { get; private set; }

    /// <summary>Out of the queue; null while it is in it.</summary>
    public Snooze? Snooze { get; private set; }

    /// <summary>Written by the database: lists ask it of an index, which whether <see cref="Snooze"/> is there does not allow.</summary>
    public bool IsSnoozed { get; private set; }

    /// <summary>Sorted words, free of spaces.</summary>
    public string[] Tags { get; private set; } = [];

    /// <summary>When a person last did anything with it.</summary>
    public DateTimeOffset? TouchedAt { get; set; }

    /// <summary>Whether it was told outside as closed; null while nothing was told.</summary>
    public bool? ToldClosed { get; private set; }

    /// <summary>Severity that was told last.</summary>
    public int ToldRank { get; private set; }

    /// <summary>Denies in the peak bucket that were told last.</summary>
    public double ToldActual { get; private set; }

    public List<AlertNote> Notes { get; init; } = [];

    /// <summary>Whether a person has done anything with it.</summary>
    public bool IsTouched =>
        Status != AlertStatus.Open || Assignee is not null || Notes.Exists(note => note.By != "system");

    /// <summary>Found late, or a child of a storm: the past is no news, and the storm is told instead.</summary>
    private bool TellsNobody => IsFoundLate || StormId is not null;

    private bool IsWorse => SeverityRank > ToldRank || Actual >= WorseGrowth * Math.Max(1, ToldActual);

    /// <summary>What is new since it was told last, and counts as told from now on; null where nothing is.</summary>
    public AlertNews? TakeNews()
    {
        var isClosed = Status == AlertStatus.Closed;
        AlertNews? news = ToldClosed switch
        {
            null when !isClosed && !TellsNobody => AlertNews.Opened,
            true when !isClosed => AlertNews.Reopened,
            false when isClosed => AlertNews.Closed,
            false when IsWorse && Snooze is null => AlertNews.Worse,
            _ => null,
        };
        if (news is not null)
            (ToldClosed, ToldRank, ToldActual) = (isClosed, SeverityRank, Actual);
        return news;
    }

    /// <summary>Takes an open alert into someone's hands; false when it is not open any more.</summary>
    public bool Acknowledge(string by, DateTimeOffset at)
    {
        if (Status != AlertStatus.Open)
            return false;

        (Status, AcknowledgedBy, AcknowledgedAt, Snooze) = (AlertStatus.Acknowledged, by, at, null);
        Assignee ??= by;
        return true;
    }

    /// <summary>Takes it out of the queue for a while; false when it is closed or snoozed so already.</summary>
    public bool TakeOut(Snooze snooze)
    {
        ArgumentNullException.ThrowIfNull(snooze);
        if (Status == AlertStatus.Closed || Snooze == snooze)
            return false;

        Snooze = snooze;
        return true;
    }

    /// <summary>Ends its snooze; false when it is not snoozed: so it comes back once.</summary>
    public bool ComeBack()
    {
        if (Snooze is null)
            return false;

        Snooze = null;
        return true;
    }

    /// <summary>Nobody has done anything with it for too long: open again, and nobody's; false unless acknowledged.</summary>
    public bool GiveBack()
    {
        if (Status != AlertStatus.Acknowledged)
            return false;

        (Status, Assignee, AcknowledgedBy, AcknowledgedAt) = (AlertStatus.Open, null, null, null);
        return true;
    }

    /// <summary>Adds and removes tags; false when that changes nothing.</summary>
    public bool Tag(IEnumerable<string> add, IEnumerable<string> remove)
    {
        string[] tags =
        [
            .. Tags.Union(add, StringComparer.Ordinal)
                .Except(remove, StringComparer.Ordinal)
                .Order(StringComparer.Ordinal),
        ];
        if (tags.SequenceEqual(Tags, StringComparer.Ordinal))
            return false;

        Tags = tags;
        return true;
    }

    /// <summary>Gives it to someone, or to nobody; false when it is closed or already theirs.</summary>
    public bool Assign(string? to)
    {
        if (Status == AlertStatus.Closed || Assignee == to)
            return false;

        Assignee = to;
        return true;
    }

    /// <summary>Closes it; false when it is closed already.</summary>
    public bool Close(CloseReason reason, string by, DateTimeOffset at, long? duplicateOf = null)
    {
        if (Status == AlertStatus.Closed)
            return false;

        (Status, CloseReason, ClosedBy, ClosedAt) = (AlertStatus.Closed, reason, by, at);
        (DuplicateOf, ExcessAtClose, Snooze) = (duplicateOf, Excess, null);
        return true;
    }

    /// <summary>How it stands in people's hands: what the audit trail keeps, and what an undo goes back to.</summary>
    public AlertStanding Standing() =>
        new(
            Status,
            Assignee,
            AcknowledgedBy,
            AcknowledgedAt,
            CloseReason,
            ClosedBy,
            ClosedAt,
            DuplicateOf,
            ExcessAtClose,
            Snooze,
            string.Join(' ', Tags)
        );

    /// <summary>Takes a deed back; false when someone did something since.</summary>
    public bool TakeBack(AlertStanding before, AlertStanding after)
    {
        ArgumentNullException.ThrowIfNull(before);
        if (Standing() != after)
            return false;

        (Status, Assignee, AcknowledgedBy, AcknowledgedAt) = (
            before.Status,
            before.Assignee,
            before.AcknowledgedBy,
            before.AcknowledgedAt
        );
        (CloseReason, ClosedBy, ClosedAt) = (before.CloseReason, before.ClosedBy, before.ClosedAt);
        (DuplicateOf, ExcessAtClose, Snooze) = (before.DuplicateOf, before.ExcessAtClose, before.Snooze);
        Tags = before.Tags.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return true;
    }

    /// <summary>Opens a closed alert again; false when it is not closed.</summary>
    public bool Reopen()
    {
        if (Status != AlertStatus.Closed)
            return false;

        (Status, CloseReason, ClosedBy, ClosedAt) = (AlertStatus.Open, null, null, null);
        (AcknowledgedBy, AcknowledgedAt, DuplicateOf, ExcessAtClose) = (null, null, null, null);
        return true;
    }
}

/// <summary>One entry of an alert's stream: a note, or a change told in words.</summary>
public sealed class AlertNote
{
    public long Id { get; init; }
    public required long AlertId { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Account name, or <c>system</c>.</summary>
    public required string By { get; init; }

    /// <summary>note, acknowledged, assigned, snoozed, returned, tagged, closed, reopened, raised, peak, ended, rescored.</summary>
    public required string Kind { get; init; }

    /// <summary>Markdown for a note; a sentence otherwise.</summary>
    public required string Text { get; init; }
}
