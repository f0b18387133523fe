using System.Diagnostics;
using System.Diagnostics.Metrics;
using Denywatch.Storage;

namespace Denywatch.Web.Features.Ingestion;

/// <summary>What came in on this node: read by the heart, the foot of every page and OpenTelemetry.</summary>
public sealed class IntakeGauge : IDisposable
{
    public const string MeterName = "Denywatch.Intake";

    private readonly Meter meter = new(MeterName);
    private readonly Counter<long> lines;
    private readonly Counter<long> dropped;
    private long taken;
    private long waiting;
    private long lost;
    private long lastTaken;
    private long lastTime = Stopwatch.GetTimestamp();

    public IntakeGauge()
    {
        lines = meter.CreateCounter<long>("denywatch.intake.lines", "{line}", "Lines stored");
        dropped = meter.CreateCounter<long>(
            "denywatch.intake.dropped",
            "{line}",
            "Lines dropped because buffers were full"
        );
        meter.CreateObservableGauge(
            "denywatch.intake.waiting",
            () => Volatile.Read(ref waiting),
            "{line}",
            "Lines in buffers"
        );
    }

    /// <summary>Lines dropped on this node because its buffers were full.</summary>
    public long Dropped => Volatile.Read(ref lost);

    public void Arrived(long count = 1) => Interlocked.Add(ref waiting, count);

    public void Stored(long count, bool fromBuffer)
    {
        Interlocked.Add(ref taken, count);
        if (fromBuffer)
            Interlocked.Add(ref waiting, -count);
        lines.Add(count);
    }

    public void Drop(long count = 1)
    {
        Interlocked.Add(ref lost, count);
        dropped.Add(count);
    }

    /// <summary>Figures since the last reading; one reader alone.</summary>
    public NodeFigures Read()
    {
        var (now, total) = (Stopwatch.GetTimestamp(), Volatile.Read(ref taken));
        var seconds = Stopwatch.GetElapsedTime(lastTime, now).TotalSeconds;
        var rate = seconds > 0 ? (total - lastTaken) / seconds : 0;
        (lastTime, lastTaken) = (now, total);
        return new(rate, Volatile.Read(ref waiting), Dropped);
    }

    public void Dispose() => meter.Dispose();
}
