using System.Collections.Frozen;

namespace Denywatch.Events.Integrations.Mapped;

/// <summary>How the lines of a mapped source are written.</summary>
public enum MappedFormat
{
    /// <summary>A document a line; nested fields are named with dots.</summary>
    Json,

    /// <summary><c>key=value key="a value"</c>.</summary>
    KeyValue,

    /// <summary>A row a line, under a header row or with <see cref="FieldMapping.Columns"/>.</summary>
    Csv,
}

/// <summary>
/// What a person said about a format no integration knows: which field is what, and which words deny. A pure value: kept
/// by whoever has it, the same for live intake, import and a trial.
/// </summary>
public sealed record FieldMapping
{
    // In the order people think of them.
    private static readonly (string Name, EventField Field)[] Known =
    [
        ("@timestamp", EventField.Time),
        ("source.ip", EventField.Source),
        ("source.port", EventField.SourcePort),
        ("destination.ip", EventField.Destination),
        ("destination.port", EventField.DestinationPort),
        ("network.transport", EventField.Transport),
        ("network.direction", EventField.Direction),
        ("event.action", EventField.Action),
        ("rule.name", EventField.Rule),
        ("observer.name", EventField.Observer),
        ("event.count", EventField.Count),
        ("network.packets", EventField.Packets),
    ];

    private static readonly FrozenDictionary<string, EventField> ByTarget = Known.ToFrozenDictionary(
        target => target.Name,
        target => target.Field,
        StringComparer.Ordinal
    );

    /// <summary>The names a field can be mapped to.</summary>
    public static IReadOnlyList<string> Targets { get; } = [.. Known.Select(target => target.Name)];

    public required MappedFormat Format { get; init; }

    /// <summary>From a name in the lines (a dotted path, a key, a column) to one of <see cref="Targets"/>.</summary>
    public required IReadOnlyDictionary<string, string> Fields { get; init; }

    /// <summary>Between the columns of a row, or between the pairs of a line; null for a comma, or for spaces.</summary>
    public char? Separator { get; init; }

    /// <summary>Names of the columns where the rows come without a header; else empty.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>Values of <c>event.action</c> that deny, in any case. Empty: the words that deny everywhere.</summary>
    public IReadOnlyList<string> Denied { get; init; } = [];

    /// <summary>Values of <c>event.action</c> that allow, in any case.</summary>
    public IReadOnlyList<string> Allowed { get; init; } = [];

    /// <summary>
    /// Shape of <c>@timestamp</c>, such as <c>dd/MM/yyyy HH:mm:ss</c>, in the letters of Java's SimpleDateFormat. Null:
    /// ISO 8601, seconds since 1970 and the like are told by themselves.
    /// </summary>
    public string? TimeFormat { get; init; }

    /// <summary>The source sends denies only: no field has to say so.</summary>
    public bool EveryLineIsDenied { get; init; }

    /// <summary>What makes the mapping useless, as a sentence; null where it can be used.</summary>
    public string? Problem()
    {
        foreach (var (name, target) in Fields)
        {
            if (name.Length is 0 or > 100)
                return $"the field name \"{name}\" is empty or longer than 100 characters";
            if (!ByTarget.ContainsKey(target))
                return $"\"{name}\" goes to \"{target}\"; it must be one of {string.Join(", ", Targets)}";
        }
        if (!Fields.Values.Contains("source.ip", StringComparer.Ordinal))
            return "no field goes to source.ip: say which one holds the address that was denied";
        if (!EveryLineIsDenied && !Fields.Values.Contains("event.action", StringComparer.Ordinal))
            return "no field goes to event.action: say which one holds the verdict, or that every line is a deny";
        if (Separator is { } separator && separator > 126)
            return $"the separator \"{separator}\" is no ASCII character";
        return null;
    }

    internal static EventField FieldOf(string target) =>
        ByTarget.TryGetValue(target, out var field) ? field : EventField.None;
}
