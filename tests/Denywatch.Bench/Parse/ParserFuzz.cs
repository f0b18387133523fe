using System.Diagnostics;
using Denywatch.Events;

namespace Denywatch.Bench.Parse;

/// <summary>
/// Damages lines and reads them. Nothing may throw, take longer than <see cref="LongestRead"/>, be rejected without a
/// reason, or give an event that counts nothing. The same seed damages the same way.
/// </summary>
/// <param name="slack">How many times as long a line may take: more than 1 where others work on the same machine.</param>
internal sealed class ParserFuzz(byte[][] lines, int seed, int slack = 1)
{
    /// <summary>A line that takes longer is a way to stop the intake.</summary>
    public static readonly TimeSpan LongestRead = TimeSpan.FromMilliseconds(10);

    // A batch may hold thousands of records, each of which counts as the line it could have been.
    private static readonly TimeSpan LongestRecord = TimeSpan.FromMicroseconds(10);

    private const int LongestLine = 64 * 1024;

    // One in so many lines is blown up to the longest there can be.
    private const int Rarely = 5_000;

    private readonly Random random = new(seed);
    private readonly Receipt receipt = new(
        new DateTimeOffset(2024, 5, 5, 19, 0, 0, TimeSpan.Zero),
        "peer",
        TimeZoneInfo.Utc
    );
    private readonly List<FirewallEvent> events = [];
    private EventReader reader = new();

    public long Read { get; private set; }
    public TimeSpan Slowest { get; private set; }

    /// <summary>Reads one damaged line.</summary>
    /// <returns>What went wrong with it; null where nothing did.</returns>
    public (byte[] Line, string Problem)? Next()
    {
        if (random.Next(2000) == 0)
            reader = new EventReader(); // what it remembers is part of what is tried
        var line = Damaged();
        Read++;
        return Check(line) is { } problem ? (line, problem) : null;
    }

    /// <summary>Reads a line as it is.</summary>
    public string? Check(byte[] line)
    {
        try
        {
            var took = Time(line);
            // Slow once may be the machine; slow each time is the line.
            for (var again = 0; again < 4 && took > Allowed; again++)
                took = TimeSpan.FromTicks(Math.Min(took.Ticks, Time(line).Ticks));
            Slowest = took > Slowest ? took : Slowest;
            if (took > Allowed)
                return $"took {took.TotalMilliseconds:0.0} ms for {line.Length} bytes";
        }
        catch (Exception thrown)
        {
            return thrown.ToString();
        }
        return events.Exists(one => one.Count < 1) ? "an event counts nothing" : null;
    }

    private TimeSpan Allowed =>
        slack * (LongestRead > LongestRecord * events.Count ? LongestRead : LongestRecord * events.Count);

    private TimeSpan Time(byte[] line)
    {
        events.Clear();
        var started = Stopwatch.GetTimestamp();
        var reading = reader.Read(line, receipt, events);
        var took = Stopwatch.GetElapsedTime(started);
        return reading.Problem is { Length: 0 }
            ? throw new InvalidOperationException("rejected without a reason")
            : took;
    }

    private byte[] Damaged()
    {
        var line = Any();
        for (var times = random.Next(1, 4); times > 0; times--)
            line = Damage(line);
        if (random.Next(Rarely) == 0)
            return Grown(line, EventReader.LongestLine);
        return line.Length > LongestLine ? line[..LongestLine] : line;
    }

    private byte[] Damage(byte[] line)
    {
        if (line.Length == 0)
            return Any();
        var at = random.Next(line.Length);
        switch (random.Next(9))
        {
            case 0: // cut off
                return line[..at];
            case 1: // begun late
                return line[at..];
            case 2: // two lines in one
                return [.. line[..at], .. Any()];
            case 3: // one inside the other
                return [.. line[..at], .. Any(), .. line[at..]];
            case 4: // a part repeated
                return Grown(line, Math.Min(line.Length * random.Next(2, 20), LongestLine));
            case 5: // signs that mean something to someone
                var signs = "=|,:;\"'\\{}[]<>() \t%#-/.\0\u0001"u8;
                line = [.. line];
                for (var count = random.Next(1, 9); count > 0; count--)
                    line[random.Next(line.Length)] = signs[random.Next(signs.Length)];
                return line;
            case 6: // one sign, many times
                var sign = line[at];
                return [.. line[..at], .. Enumerable.Repeat(sign, random.Next(1, 4000)), .. line[at..]];
            case 7: // numbers out of every range
                return Numbers(line);
            default:
                line = [.. line];
                for (var count = random.Next(1, 12); count > 0; count--)
                    line[random.Next(line.Length)] = (byte)random.Next(256);
                return line;
        }
    }

    private byte[] Numbers(byte[] line)
    {
        line = [.. line];
        var digit = (byte)('0' + random.Next(10));
        for (var i = 0; i < line.Length; i++)
        {
            if (char.IsAsciiDigit((char)line[i]) && random.Next(3) == 0)
                line[i] = digit;
        }
        return line;
    }

    private byte[] Grown(byte[] line, int length)
    {
        if (line.Length == 0)
            return line;
        var start = random.Next(line.Length);
        var part = line[start..Math.Min(line.Length, start + random.Next(1, 200))];
        var grown = new byte[Math.Max(line.Length, length)];
        line.AsSpan(0, start).CopyTo(grown);
        for (var i = start; i < grown.Length; i++)
            grown[i] = part[(i - start) % part.Length];
        return grown;
    }

    private byte[] Any() => lines[random.Next(lines.Length)];
}
