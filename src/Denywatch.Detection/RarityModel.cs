namespace Denywatch.Detection;

/// <summary>
/// Learns which values of a field come, and says how odd it is that one comes: for those that hardly ever did. A bucket that
/// holds a value is as unlikely as one that holds that value or a rarer one, a new one among them; how often new ones come is
/// told by those that came once, after Good and Turing (Good, Biometrika 40, 1953). Online and pure, and bounded: of more than
/// <see cref="MostValues"/> values the rarest are forgotten.
/// </summary>
public sealed class RarityModel
{
    /// <summary>Days of buckets before a value can be called rare: in the first days all are new.</summary>
    public const int DaysNeeded = 7;

    public const int MostValues = 1_000;

    private const byte Version = 0x52; // no version of a series' model: each knows that the other's state is not its own

    /// <summary>A value that was common last season is rare again after some months.</summary>
    private static readonly TimeSpan HalfLife = TimeSpan.FromDays(60);

    private readonly TimeSpan span;
    private readonly double keep;
    private readonly Dictionary<string, double> seen = new(StringComparer.Ordinal);
    private double buckets;
    private long lastTicks;

    private RarityModel(TimeSpan span) => (this.span, keep) = (span, Math.Pow(0.5, span / HalfLife));

    /// <summary>The last bucket that was taught; null before the first.</summary>
    public DateTimeOffset? LastLearnt => lastTicks == 0 ? null : new DateTimeOffset(lastTicks, TimeSpan.Zero);

    /// <param name="span">Bucket span.</param>
    public static RarityModel Start(TimeSpan span) => new(span);

    /// <summary>
    /// The record of a bucket, of its rarest value: actual is how many events it has, typical how many a bucket has of it.
    /// Learns nothing.
    /// </summary>
    /// <param name="values">Events of the bucket by value; null for a missing bucket.</param>
    public AnomalyRecord Score(
        DateTimeOffset bucket,
        IReadOnlyDictionary<string, long>? values,
        Sensitivity? sensitivity = null
    )
    {
        var isLearning = buckets < TimeSpan.FromDays(DaysNeeded) / span;
        if (values is null || values.Count == 0)
            return new(bucket, values is null ? null : 0, 0, 0, 0, 1, 0, isLearning);

        var (rarest, count) = values
            .Select(value => (Weight: seen.GetValueOrDefault(value.Key), value.Value))
            .OrderBy(value => value.Weight)
            .ThenByDescending(value => value.Value)
            .First();
        var chance = ChanceOf(rarest);
        var score = isLearning ? 0 : (sensitivity ?? Sensitivity.Default).ScoreOf(Math.Log(chance), span);
        var typical = buckets == 0 ? 0 : count * Math.Min(1, rarest / buckets);
        return new(bucket, count, typical, 0, Math.Max(typical, rarest >= 1 ? count : 0), chance, score, isLearning);
    }

    /// <summary>Teaches a bucket; a missing one, or one that must not teach, is left out by the caller.</summary>
    public void Learn(DateTimeOffset bucket, IEnumerable<string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (bucket.UtcTicks <= lastTicks)
            throw new ArgumentException(
                $"{bucket:u} is not after the last learnt bucket {LastLearnt:u}.",
                nameof(bucket)
            );

        lastTicks = bucket.UtcTicks;
        buckets = buckets * keep + 1;
        foreach (var value in seen.Keys.ToList())
            seen[value] *= keep;
        foreach (var value in values)
            seen[value] = seen.GetValueOrDefault(value) + 1;
        if (seen.Count > MostValues)
            foreach (var (value, _) in seen.OrderBy(value => value.Value).Take(seen.Count - MostValues).ToList())
                seen.Remove(value);
    }

    public byte[] Save()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write(Version);
        writer.Write(span.Ticks);
        writer.Write(lastTicks);
        writer.Write(buckets);
        writer.Write(seen.Count);
        foreach (var (value, weight) in seen.OrderBy(value => value.Key, StringComparer.Ordinal))
        {
            writer.Write(value);
            writer.Write(weight);
        }
        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>Whether <see cref="Load"/> understands this layout; if not, learn again from stored values.</summary>
    public static bool CanLoad(ReadOnlySpan<byte> state) => !state.IsEmpty && state[0] == Version;

    /// <exception cref="InvalidDataException">Another version, or damaged: learn again from stored values.</exception>
    public static RarityModel Load(byte[] state)
    {
        ArgumentNullException.ThrowIfNull(state);
        if (!CanLoad(state))
            throw new InvalidDataException("The model state has another version: learn again from stored values.");
        try
        {
            using var reader = new BinaryReader(new MemoryStream(state, 1, state.Length - 1));
            var model = new RarityModel(new(reader.ReadInt64()))
            {
                lastTicks = reader.ReadInt64(),
                buckets = reader.ReadDouble(),
            };
            for (var left = reader.ReadInt32(); left > 0; left--)
                model.seen[reader.ReadString()] = reader.ReadDouble();
            return model;
        }
        catch (EndOfStreamException cut)
        {
            throw new InvalidDataException("The model state is cut off: learn again from stored values.", cut);
        }
    }

    /// <summary>Chance of a bucket that holds a value seen in so many buckets, or a rarer one.</summary>
    private double ChanceOf(double weight)
    {
        var rarer = 0.5;
        foreach (var other in seen.Values)
        {
            if (other <= 1)
                rarer++;
            if (other <= weight)
                rarer += other;
        }
        return Math.Min(1, rarer / (buckets + 1));
    }
}
