using System.Globalization;
using Denywatch.Detection.SlowSuspects;

namespace Denywatch.Alerting;

/// <summary>
/// What an alert says of a slow suspect: the cause is what was looked for, and the flows of the day tell how it shows.
/// </summary>
/// <param name="Usual">Completes the sentence with what is usual, where anything is.</param>
public sealed record Suspicion(CauseFinding Cause, string Title, string Found, Func<double, string> Usual)
{
    /// <summary>Such as "64 pairs of host and port in 24 h, usually 3: horizontal scan (T1046)."</summary>
    /// <param name="typical">What is usual, in the unit of the record.</param>
    public string Sentence(double typical) =>
        $"{Found}{Usual(typical)}: {Causes.Title(Cause.Cause)} ({Cause.Techniques[0]}).";

    /// <param name="flows">Those of one caller within the day.</param>
    public static Suspicion OfBeacon(Excess excess, IReadOnlyList<FlowRow> flows)
    {
        ArgumentNullException.ThrowIfNull(excess);
        ArgumentNullException.ThrowIfNull(flows);
        var beacon = Beacon.Of([.. flows.SelectMany(TimesOf).Order()]) ?? default;
        var beat = $"one every {Beat(beacon.Interval)}";
        EvidenceRow[] rows =
        [
            new("calls to this one place in 24 h", Number(excess.Count), null, true),
            new(
                "beat",
                $"{beat}, for {beacon.Length.TotalHours.ToString("0.#", CultureInfo.InvariantCulture)} h",
                null,
                true
            ),
            new(
                "regularity",
                beacon.Score.ToString("0.00", CultureInfo.InvariantCulture),
                $"below {Beacon.Suspicious.ToString(CultureInfo.InvariantCulture)}",
                beacon.Score >= Beacon.Suspicious
            ),
        ];
        var cause = Causes.Known(LikelyCause.SuspiciousOutbound, excess, beacon.Score, rows);
        return new(
            cause,
            $"Beacon: {Sentences.Title(excess, cause)}",
            $"{Number(excess.Count)} calls in 24 h, {beat}",
            _ => ""
        );
    }

    /// <param name="flows">Those of one source within the day.</param>
    public static Suspicion OfSlowScan(Excess excess, IReadOnlyList<FlowRow> flows)
    {
        ArgumentNullException.ThrowIfNull(excess);
        ArgumentNullException.ThrowIfNull(flows);
        var pairs = flows
            .Where(flow => flow.Destination is not null)
            .GroupBy(flow => (flow.Destination, flow.DestinationPort), flow => flow.Slice)
            .ToDictionary(pair => pair.Key, pair => pair.Min());
        var hosts = pairs.Keys.Select(pair => pair.Destination!).Distinct().Count();
        var ports = pairs.Keys.Select(pair => pair.DestinationPort).Distinct().Count();
        var busiest = pairs
            .Values.GroupBy(first => first.UtcTicks / TimeSpan.TicksPerHour)
            .Select(hour => hour.Count())
            .DefaultIfEmpty()
            .Max();
        EvidenceRow[] rows =
        [
            new("pairs of host and port in 24 h", Number(pairs.Count), null, true),
            new(
                "hosts and ports among them",
                $"{Sentences.Plural(hosts, "host")}, {Sentences.Plural(ports, "port")}",
                null,
                true
            ),
            new("new pairs in the busiest hour", Number(busiest), null, busiest <= SlowScan.MostInAnHour * pairs.Count),
        ];
        var cause = Causes.Known(
            hosts >= ports ? LikelyCause.HorizontalScan : LikelyCause.VerticalScan,
            excess,
            0.9,
            rows
        );
        return new(
            cause,
            $"Slow scan by {excess.Shape.TopSource}: {Number(pairs.Count)} host-port pairs in a day",
            $"{Number(pairs.Count)} pairs of host and port in 24 h, at most {Number(busiest)} in an hour",
            usual => usual >= 1 ? $", usually {Number(usual)} a day" : ", usually next to none"
        );
    }

    private static IEnumerable<DateTimeOffset> TimesOf(FlowRow flow) =>
        flow.Offsets.Select(offset => flow.Slice.AddSeconds(offset));

    private static string Beat(TimeSpan interval) =>
        interval < TimeSpan.FromMinutes(10)
            ? $"{Number(Math.Round(interval.TotalSeconds))} s"
            : $"{Number(Math.Round(interval.TotalMinutes))} min";

    private static string Number(double value) =>
        value.ToString(value < 10 ? "0.#" : "N0", CultureInfo.InvariantCulture);
}
