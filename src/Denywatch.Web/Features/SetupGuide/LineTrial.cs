using System.Globalization;
using System.Text;
using Denywatch.Events;
using Denywatch.Events.Integrations;
using Denywatch.Events.Integrations.Mapped;

namespace Denywatch.Web.Features.SetupGuide;

/// <summary>What Denywatch makes of one pasted line.</summary>
/// <param name="Integration">The product that took it; null where none did.</param>
/// <param name="Problem">Why it was rejected; null where it was understood.</param>
public sealed record TriedLine(
    string Line,
    string? Integration,
    string? Problem,
    IReadOnlyList<IReadOnlyList<(string Field, string Value)>> Events
);

/// <summary>Runs the real reader on pasted lines; nothing is stored or counted.</summary>
public static class LineTrial
{
    public const int MostLines = 20;

    /// <param name="mapping">Reads by this alone; null: as what each line looks like.</param>
    public static IReadOnlyList<TriedLine> Read(string text, DateTimeOffset now, FieldMapping? mapping = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        var reader = mapping is null ? new EventReader() : new EventReader(mapping);
        var receipt = new Receipt(now, null, TimeZoneInfo.Utc);
        return
        [
            .. text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Take(MostLines)
                .Select(line => Read(line, reader, receipt)),
        ];
    }

    private static TriedLine Read(string line, EventReader reader, Receipt receipt)
    {
        var events = new List<FirewallEvent>();
        var reading = reader.Read(Encoding.UTF8.GetBytes(line), receipt, events);
        var title = reading.Integration is { } name ? Catalogue.Find(name)?.Title ?? name : null;
        return new(line, title, reading.Problem, [.. events.Select(FieldsOf)]);
    }

    private static IReadOnlyList<(string Field, string Value)> FieldsOf(FirewallEvent read)
    {
        (string Field, string? Value)[] fields =
        [
            ("verdict", read.Verdict.ToString().ToLowerInvariant()),
            ("because", read.Reason),
            (
                "@timestamp",
                read.Timestamp?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture)
            ),
            ("event.action", read.Action),
            ("source.ip", read.Source?.ToString()),
            ("source.port", read.SourcePort?.ToString(CultureInfo.InvariantCulture)),
            ("destination.ip", read.Destination?.ToString()),
            ("destination.port", read.DestinationPort?.ToString(CultureInfo.InvariantCulture)),
            ("network.transport", read.Transport),
            (
                "network.direction",
                read.Direction == Direction.Unknown ? null : read.Direction.ToString().ToLowerInvariant()
            ),
            ("observer.name", read.Observer),
            ("rule.name", read.Rule),
            ("count", read.Count == 1 ? null : read.Count.ToString(CultureInfo.InvariantCulture)),
        ];
        return [.. fields.Where(field => field.Value is not null).Select(field => (field.Field, field.Value!))];
    }
}
