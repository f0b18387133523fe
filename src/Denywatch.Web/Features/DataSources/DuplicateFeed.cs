using System.Globalization;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.DataSources;

/// <summary>A source as it is told of: which one it is, and how long it has been there.</summary>
public sealed record FeedName(int Id, string Firewall, string Integration, string Sender, DateTimeOffset FirstSeenAt)
{
    public override string ToString() => $"{Integration} from {Sender}";
}

/// <summary>Deny flows of two sources in one slice.</summary>
/// <param name="FlowsA">Of source <paramref name="A"/>, the smaller id; of the same sample as <paramref name="FlowsB"/>.</param>
/// <param name="Alike">Flows that both have: same ends, port, count, and within two seconds the same times.</param>
public readonly record struct FeedSlice(int A, int B, DateTimeOffset Slice, int FlowsA, int FlowsB, int Alike);

/// <summary>What became of two sources that could bring the same.</summary>
public enum FeedState
{
    /// <summary>Too little came to say anything: it stays as it was.</summary>
    Unknown,
    Apart,
    Duplicate,
}

/// <summary>
/// Tells from flows whether two sources bring the same events. Two members of a cluster share what they deny between them,
/// and a scan that meets two firewalls has other destinations or other seconds at each: neither makes flows alike.
/// </summary>
/// <param name="Superfluous">The one to switch off.</param>
/// <param name="Share">Of the flows of the one with fewer, what the other has too; 0 to 1.</param>
/// <param name="Since">Start of the first slice in which they were alike, as far back as was looked.</param>
public sealed record DuplicateFeed(FeedName Superfluous, FeedName Kept, double Share, int Alike, DateTimeOffset Since)
{
    /// <summary>What is looked at: closed slices of the last hour.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <summary>Half of it tells whether it is over: who is switched off is so within half an hour.</summary>
    private static readonly TimeSpan Newest = TimeSpan.FromMinutes(30);

    private const double AlikeFrom = 0.8;
    private const double ApartBelow = 0.5;
    private const int FewestAlike = 50;
    private const int FewestSlices = 3;
    private const int FewestFlows = 20;

    /// <summary>So much less makes one a part of the other, and not merely a line lost on the way.</summary>
    private const double PartBelow = 0.95;

    /// <summary>A sentence with the next step.</summary>
    public string Reason =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{Share:0 %} of its denies come by {Kept} too, at the same seconds ({Alike:N0} flows in an hour): they are counted twice. Keep {Kept}, and switch {Superfluous} off."
        );

    /// <summary>Whether two sources bring the same now.</summary>
    /// <param name="slices">Of this pair, of the last <see cref="Window"/> before <paramref name="to"/>.</param>
    public static FeedState StateOf(IReadOnlyCollection<FeedSlice> slices, DateTimeOffset to)
    {
        ArgumentNullException.ThrowIfNull(slices);
        var newest = Sum(slices.Where(slice => slice.Slice >= to - Newest));
        if (Math.Min(newest.A, newest.B) >= FewestFlows && ShareOf(newest) < ApartBelow)
            return FeedState.Apart;
        // One of them has stopped.
        if (Math.Min(newest.A, newest.B) == 0)
            return Math.Max(newest.A, newest.B) >= FewestFlows ? FeedState.Apart : FeedState.Unknown;

        var all = Sum(slices);
        return
            ShareOf(newest) >= AlikeFrom
            && ShareOf(all) >= ApartBelow
            && all.Alike >= FewestAlike
            && slices.Count(slice => slice.Alike > 0) >= FewestSlices
            ? FeedState.Duplicate
            : FeedState.Unknown;
    }

    /// <summary>What two sources that bring the same are told to be.</summary>
    public static DuplicateFeed Of(IReadOnlyCollection<FeedSlice> slices, FeedName a, FeedName b)
    {
        ArgumentNullException.ThrowIfNull(slices);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        var since = slices.Where(slice => slice.Alike > 0).Min(slice => slice.Slice);
        var sum = Sum(slices.Where(slice => slice.Slice >= since));
        // Who brings a part only, or else who came later.
        var bIsSuperfluous =
            sum.B < PartBelow * sum.A || (sum.A >= PartBelow * sum.B && b.FirstSeenAt >= a.FirstSeenAt);
        return new(bIsSuperfluous ? b : a, bIsSuperfluous ? a : b, ShareOf(sum), sum.Alike, since);
    }

    private static (int A, int B, int Alike) Sum(IEnumerable<FeedSlice> slices) =>
        slices.Aggregate(
            (A: 0, B: 0, Alike: 0),
            (sum, slice) => (sum.A + slice.FlowsA, sum.B + slice.FlowsB, sum.Alike + slice.Alike)
        );

    private static double ShareOf((int A, int B, int Alike) sum) =>
        (double)sum.Alike / Math.Max(1, Math.Min(sum.A, sum.B));
}
