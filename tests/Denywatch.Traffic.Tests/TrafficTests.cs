using System.Diagnostics;
using Denywatch.Alerting;
using Denywatch.Events;

namespace Denywatch.Traffic.Tests;

public sealed class TrafficTests
{
    private static readonly DateTimeOffset End = new(2026, 3, 31, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    public static TheoryData<LikelyCause> EveryCause =>
        [.. Enum.GetValues<LikelyCause>().Where(c => c != LikelyCause.Unclear)];

    [Fact]
    public void A_slice_is_the_same_alone_and_in_any_order()
    {
        var incidents = Incidents.ForMonth(End, 5);
        var slice = End.AddMinutes(-10);
        var alone = new TrafficGenerator(5, Estate.Default, incidents).Slice(slice).ToList();

        var generator = new TrafficGenerator(5, Estate.Default, incidents);
        _ = generator.Slice(End).ToList();
        _ = generator.Slice(End.AddDays(-9)).ToList();

        Assert.Equal(alone, generator.Slice(slice));
        Assert.NotEqual(alone, new TrafficGenerator(6, Estate.Default, incidents).Slice(slice));
    }

    [Fact]
    public void Every_event_lies_in_its_slice_and_comes_in_order()
    {
        var slice = End.AddMinutes(-20);

        var times = new TrafficGenerator(5, Estate.Default, Incidents.ForMonth(End, 5))
            .Slice(slice)
            .Select(e => e.Event.Timestamp!.Value)
            .ToList();

        Assert.All(times, at => Assert.InRange(at, slice, slice.AddMinutes(5).AddTicks(-1)));
        Assert.Equal(times.Order(), times);
    }

    [Fact]
    public void A_month_is_a_million_denies_and_takes_seconds()
    {
        var generator = new TrafficGenerator(5, Estate.Default, Incidents.ForMonth(End, 5));
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;

        var denies = 0;
        for (var slice = End.AddDays(-30); slice < End; slice = slice.AddMinutes(5))
            denies += generator.Slice(slice).Count(e => e.Event.Verdict == Verdict.Denied);

        Assert.InRange(denies, 1_000_000, 1_500_000);
        // Processor time, since test machines are shared; 2 s measured in a release build.
        process.Refresh();
        Assert.InRange(process.TotalProcessorTime - before, TimeSpan.Zero, TimeSpan.FromSeconds(15));
    }

    [Fact]
    public void A_month_has_every_cause_a_quiet_first_week_and_one_incident_going_on()
    {
        var incidents = Incidents.ForMonth(End, 5);

        Assert.Equal(EveryCause.Select(row => row.Data).Order(), incidents.Select(i => i.Cause).Distinct().Order());
        Assert.All(incidents, i => Assert.True(i.Start > End.AddDays(-23)));
        Assert.InRange(incidents.Count(i => i.Start > End.AddDays(-1)), 2, 3);
        Assert.Single(incidents, i => i.Start < End && i.End > End);
    }

    [Theory]
    [MemberData(nameof(EveryCause))]
    public void An_incident_adds_what_its_truth_says(LikelyCause cause)
    {
        var incident = Incidents.One(cause, End.AddDays(-3), 5, 3);
        var quiet = new TrafficGenerator(5, Estate.Default);
        var loud = new TrafficGenerator(5, Estate.Default, [incident]);

        var added = 0;
        for (var slice = incident.Start; slice < incident.End; slice = slice.AddMinutes(5))
            added += DeniesOf(loud, slice, incident.Firewall).Count - DeniesOf(quiet, slice, incident.Firewall).Count;

        if (cause == LikelyCause.LoggingChange)
            Assert.InRange(added, incident.Added * 0.5, incident.Added * 1.6);
        else
            Assert.Equal(incident.Added, added);
    }

    [Theory]
    [MemberData(nameof(EveryCause))]
    public void The_likely_cause_of_a_generated_incident_is_mostly_its_true_one(LikelyCause cause)
    {
        var right = 0;
        for (var number = 0; number < 8; number++)
        {
            var incident = Incidents.One(cause, DenyFlow.SliceOf(End.AddDays(-10 + number * 0.7)), 40, number);
            var generator = new TrafficGenerator(40 + number, Estate.Default, [incident]);
            var middle = incident.Start + incident.Duration / 2;
            var bucket = new DateTimeOffset(middle.UtcTicks - middle.UtcTicks % Quarter.Ticks, TimeSpan.Zero);

            var excess = Attribution.Of(
                FlowsOf(generator, bucket, incident.Firewall),
                [.. Enumerable.Range(1, 7).Select(day => FlowsOf(generator, bucket.AddDays(-day), incident.Firewall))],
                1
            );
            if (Causes.Of(excess).Cause == cause)
                right++;
        }

        Assert.InRange(right, 4, 8);
    }

    [Fact]
    public void Office_traffic_follows_the_clock_of_the_site()
    {
        var generator = new TrafficGenerator(5, Estate.Default);
        var tuesday = new DateTimeOffset(2026, 3, 24, 0, 0, 0, TimeSpan.Zero);

        int InsideDenies(string firewall, double hour) =>
            Enumerable
                .Range(0, 12)
                .Sum(i =>
                    DeniesOf(generator, tuesday.AddHours(hour).AddMinutes(5 * i), firewall)
                        .Count(e => e.Event.Rule != Estate.Default.By(firewall).Rules.Inbound)
                );

        Assert.True(InsideDenies("fw-edge-1", 9) > 3 * InsideDenies("fw-edge-1", 23));
        Assert.True(InsideDenies("fw-branch-7", 2) > 3 * InsideDenies("fw-branch-7", 15));
    }

    [Theory]
    [InlineData("cisco_asa", "%ASA-4-106023: Deny ")]
    [InlineData("panw_panos", ",TRAFFIC,drop,")]
    [InlineData("fortinet_fortigate", "action=\"deny\"")]
    [InlineData("pfsense", ",match,block,")]
    [InlineData("iptables", "[UFW BLOCK] IN=")]
    public void A_denied_event_reads_as_its_vendor_writes_it(string integration, string words)
    {
        var denied = new TrafficGenerator(5, Estate.Default)
            .Slice(End)
            .First(e => e.Integration == integration && e.Event.Verdict == Verdict.Denied);

        var line = TrafficGenerator.RenderLine(denied);

        Assert.Contains(words, line, StringComparison.Ordinal);
        Assert.Contains(denied.Event.Source!.ToString(), line, StringComparison.Ordinal);
        Assert.Contains(denied.Event.Destination!.ToString(), line, StringComparison.Ordinal);
        Assert.Contains(denied.Event.Observer!, line, StringComparison.Ordinal);
    }

    private static List<GeneratedEvent> DeniesOf(TrafficGenerator generator, DateTimeOffset slice, string firewall) =>
        [.. generator.Slice(slice).Where(e => e.Event.Observer == firewall && e.Event.Verdict == Verdict.Denied)];

    private static IReadOnlyList<FlowRow> FlowsOf(TrafficGenerator generator, DateTimeOffset bucket, string firewall) =>
        [
            .. Enumerable
                .Range(0, 3)
                .SelectMany(i => GeneratedFlows.Of(generator.Slice(bucket.AddMinutes(5 * i))))
                .Where(flow => flow.Firewall == firewall),
        ];
}
