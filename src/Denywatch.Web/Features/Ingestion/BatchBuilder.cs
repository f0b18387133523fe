using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Denywatch.Events;
using Denywatch.Events.Flows;
using Denywatch.Storage;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>Reads, times, enriches and folds one sender's lines into what is stored in one transaction.</summary>
public sealed partial class BatchBuilder
{
    private const int LongestSample = 2_000;
    private const int SamplesPerReason = 5;
    private const int MostReasons = 100;
    private const int MostChanges = 1_000;
    private const int LongestKept = 64 * 1024;
    private const int MostBytesKept = 1024 * 1024;
    private const long MostAttempts = 1_000_000_000_000;

    private readonly Sender sender;
    private readonly EventReader reader;
    private readonly EventReading reading;
    private readonly BatchParts parts;
    private readonly FlowFolder folder;
    private readonly DateTimeOffset receivedAt;
    private readonly string? peer;
    private readonly long exceptionsVersion;
    private int bytesKept;
    private readonly List<FirewallEvent> events = [];
    private readonly Dictionary<(SourceKey, DateTimeOffset), SourceTally> tallies = [];
    private readonly Dictionary<(SourceKey, string), RejectTally> rejects = [];
    private readonly Dictionary<SourceKey, (DateTimeOffset At, FirewallEvent Event)> last = [];
    private readonly List<ChangeMarker> changes = [];
    private readonly Dictionary<(SourceKey, DateTimeOffset, string), long> countries = [];

    internal BatchBuilder(Sender sender, EventReader reader, EventReading reading, BatchParts parts)
    {
        (this.sender, this.reader, this.reading, this.parts) = (sender, reader, reading, parts);
        var (enrichment, exceptions) = (parts.Enrichment, parts.Enrichment.Exceptions);
        folder = new(enrichment.Current, enrichment.Budget, exceptions, sender.CountsUnanswered);
        exceptionsVersion = exceptions.Version;
        receivedAt = parts.Clock.GetUtcNow();
        peer = sender.Name[(sender.Name.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    /// <summary>Shows the reader a line that counts for nothing: a file's header row, for a part further down.</summary>
    public void Prime(ReadOnlySpan<byte> line)
    {
        reader.Read(line, new(receivedAt, peer, sender.Zone), events);
        events.Clear();
    }

    /// <summary>Takes one line.</summary>
    /// <returns>Why it, or an event of it, was rejected; null where all of it was taken.</returns>
    public string? Add(ReadOnlySpan<byte> line, DateTimeOffset? arrivedAt = null)
    {
        var at = arrivedAt ?? receivedAt;
        events.Clear();
        var outcome = reader.Read(line, new(at, peer, sender.Zone), events);
        var integration = outcome.Integration ?? reader.Integration ?? "unknown";
        var problem = outcome.Problem;
        if (problem is not null)
            Reject(new(sender.Name, integration, peer ?? FlowFolder.UnknownFirewall), problem, line, at);

        foreach (var read in events)
        {
            var time = EventTime.Accept(read.Timestamp, at, parts.Retention, reading == EventReading.Import);
            var source = new SourceKey(sender.Name, integration, FlowFolder.FirewallOf(read, peer));
            if ((time.Problem ?? ProblemOfCount(read.Count)) is { } wrong)
            {
                problem = wrong;
                Reject(source, wrong, line, at);
                continue;
            }
            if (read.Kind == EventKind.Suppressed)
            {
                TallyOf(source, time.At).Suppressed += read.Count;
                continue; // no line of traffic: nothing to fold, and no newest event to show
            }
            if (read.Kind == EventKind.Change && changes.Count < MostChanges)
                changes.Add(new(source, time.At, read.By ?? "", read.Reason ?? ""));
            folder.Add(read, time.At, integration, peer, line);
            Tally(source, time.At, read.Verdict);
            if (parts.Enrichment.Current.DestinationCountryOf(read) is { } country)
                CollectionsMarshal.GetValueRefOrAddDefault(
                    countries,
                    (source, DenyFlow.SliceOf(time.At), country),
                    out _
                )++;
            if (!last.TryGetValue(source, out var newest) || time.At >= newest.At)
                last[source] = (time.At, read);
        }
        return problem;
    }

    /// <param name="readAgain">Kept rejected lines that were added here once more.</param>
    public IntakeBatch Build(IReadOnlyList<long>? readAgain = null)
    {
        if (reading == EventReading.Live)
            sender.Return(reader);
        return new()
        {
            Sender = sender.Name,
            ReceivedAt = receivedAt,
            Flows = [.. folder.Flows],
            Tallies = [.. tallies.Values],
            Rejects = [.. rejects.Values],
            Changes = changes,
            Countries = countries,
            ReadAgain = readAgain ?? [],
            ExceptionsVersion = exceptionsVersion,
            LastEvents = last.ToDictionary(
                entry => entry.Key,
                entry => (entry.Value.At, LastEvent.Of(entry.Value.Event, entry.Value.At))
            ),
        };
    }

    // Sums of what is stored must fit, however many lines there are.
    private static string? ProblemOfCount(long count) =>
        count is >= 0 and <= MostAttempts
            ? null
            : $"the line states {count} attempts; from 0 to {MostAttempts} are taken: is a time or a size in the place of the count?";

    private void Tally(SourceKey source, DateTimeOffset at, Verdict verdict)
    {
        var tally = TallyOf(source, at);
        switch (verdict)
        {
            case Verdict.Denied:
                tally.Denied++;
                break;
            case Verdict.Allowed:
                tally.Allowed++;
                break;
            case Verdict.Unanswered:
                tally.Unanswered++;
                break;
            default:
                tally.None++;
                break;
        }
    }

    private void Reject(SourceKey source, string problem, ReadOnlySpan<byte> line, DateTimeOffset at)
    {
        TallyOf(source, at).Rejected++;

        // What differs from line to line stands in the samples: the reason must stay one of few.
        var reason = Quoted().Replace(problem, "\"…\"");
        reason = Numbers().Replace(reason, "N");
        if (rejects.Count >= MostReasons)
            reason = "other reasons";
        if (!rejects.TryGetValue((source, reason), out var reject))
            rejects[(source, reason)] = reject = new() { Source = source, Reason = reason };
        reject.Count++;
        if (reject.Samples.Count < SamplesPerReason)
            reject.Samples.Add(SampleOf(line));
        Keep(reject, line, at);
    }

    // Text that comes back the same: whatever else it is, reading it again makes it no better.
    private void Keep(RejectTally reject, ReadOnlySpan<byte> line, DateTimeOffset at)
    {
        if (
            line.Length > LongestKept
            || bytesKept + line.Length > MostBytesKept
            || reject.Lines.Count >= Storage.Entities.Reject.MostKept
        )
            return;
        if (line.Contains((byte)0) || !Utf8.IsValid(line))
            return;
        bytesKept += line.Length;
        reject.Lines.Add((at, Encoding.UTF8.GetString(line)));
    }

    private SourceTally TallyOf(SourceKey source, DateTimeOffset at)
    {
        var slice = DenyFlow.SliceOf(at);
        if (!tallies.TryGetValue((source, slice), out var tally))
            tallies[(source, slice)] = tally = new() { Source = source, Slice = slice };
        return tally;
    }

    // PostgreSQL's text holds no NUL, and a person should see that there was one.
    private static string SampleOf(ReadOnlySpan<byte> line) =>
        Encoding.UTF8.GetString(line[..Math.Min(line.Length, LongestSample)]).Replace('\0', '␀');

    [GeneratedRegex("\"[^\"]*\"", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Quoted();

    [GeneratedRegex("""\d[\d:TZ.\-]*""", RegexOptions.None, matchTimeoutMilliseconds: 100)]
    private static partial Regex Numbers();
}

/// <summary>A source's newest event as ECS fields: what the set-up guide shows field by field.</summary>
internal static class LastEvent
{
    public static string Of(FirewallEvent read, DateTimeOffset at)
    {
        Dictionary<string, object?> fields = new(StringComparer.Ordinal)
        {
            ["@timestamp"] = at.UtcDateTime,
            ["verdict"] = read.Verdict.ToString().ToLowerInvariant(),
            ["reason"] = read.Reason,
            ["event.action"] = read.Action,
            ["source.ip"] = read.Source?.ToString(),
            ["source.port"] = read.SourcePort,
            ["destination.ip"] = read.Destination?.ToString(),
            ["destination.port"] = read.DestinationPort,
            ["network.transport"] = read.Transport,
            ["network.direction"] =
                read.Direction == Direction.Unknown ? null : read.Direction.ToString().ToLowerInvariant(),
            ["observer.name"] = read.Observer,
            ["rule.name"] = read.Rule,
            ["count"] = read.Count == 1 ? null : read.Count,
        };
        return JsonSerializer
            .Serialize(fields.Where(field => field.Value is not null).ToDictionary(StringComparer.Ordinal))
            .Replace("\\u0000", "", StringComparison.Ordinal); // jsonb holds no NUL
    }
}
