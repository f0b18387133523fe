using System.Globalization;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.Explorer;

/// <summary>Flows as a file, written while they are read.</summary>
public static class FlowFile
{
    private const string Head =
        "first,last,source,destination,port,transport,firewall,rule,direction,source_country,source_as,destination_country,destination_as,integration,count,packets,sources,source_role,destination_role";

    /// <summary>RFC 4180, UTF-8, one head line; times are UTC.</summary>
    public static async Task WriteCsvAsync(IAsyncEnumerable<FlowLine> flows, Stream to, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(flows);
        await using var writer = Csv.WriterOn(to);
        await writer.WriteLineAsync(Head.AsMemory(), ct);
        await foreach (var flow in flows.WithCancellation(ct))
            await writer.WriteLineAsync(CsvOf(flow).AsMemory(), ct);
    }

    private static string CsvOf(FlowLine flow) =>
        string.Join(
            ',',
            Time(flow.First),
            Time(flow.Last),
            Csv.Cell(flow.Source),
            Csv.Cell(flow.Destination),
            Number(flow.Port),
            Csv.Cell(flow.Transport),
            Csv.Cell(flow.Firewall),
            Csv.Cell(flow.Rule),
            flow.Direction,
            Csv.Cell(flow.SourceCountry),
            Number(flow.SourceAs),
            Csv.Cell(flow.DestinationCountry),
            Number(flow.DestinationAs),
            Csv.Cell(flow.Integration),
            Number(flow.Count),
            Number(flow.Packets),
            Number(flow.Sources),
            Csv.Cell(flow.SourceRole),
            Csv.Cell(flow.DestinationRole)
        );

    private static string Time(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string? Number(long? number) => number?.ToString(CultureInfo.InvariantCulture);
}
