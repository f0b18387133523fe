using System.Buffers;
using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using Denywatch.Events;
using Denywatch.Events.Enrichment;

namespace Denywatch.Cli.Parse;

/// <summary>Writes events as JSON lines with the keys of the command-line contract; absent fields are null.</summary>
internal sealed class EventJson(Stream stream) : IDisposable
{
    private const int FlushAt = 64 * 1024;

    private readonly ArrayBufferWriter<byte> buffer = new(FlushAt * 2);
    private readonly Enricher enricher = new(GeoTables.Empty, SiteTable.Empty);
    private Utf8JsonWriter? writer;

    /// <summary>The reader has gone (<c>| head</c>): there is no use in going on.</summary>
    public bool IsClosed { get; private set; }

    public void Write(long line, string? integration, FirewallEvent firewallEvent)
    {
        // The default encoder writes + in a time's offset and quotes as \u sequences: valid, and hard to read.
        writer ??= new Utf8JsonWriter(
            buffer,
            new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }
        );
        writer.Reset(buffer);
        writer.WriteStartObject();
        writer.WriteNumber("line"u8, line);
        Text("integration"u8, integration);
        writer.WriteBoolean("denied"u8, firewallEvent.Verdict == Verdict.Denied);
        Text("reason"u8, firewallEvent.Reason);
        Time(firewallEvent.Timestamp);
        Text("action"u8, firewallEvent.Action);
        Address("source_ip"u8, firewallEvent.Source);
        Number("source_port"u8, firewallEvent.SourcePort);
        Address("destination_ip"u8, firewallEvent.Destination);
        Number("destination_port"u8, firewallEvent.DestinationPort);
        Text("transport"u8, firewallEvent.Transport);
        Text("direction"u8, Word(DirectionOf(firewallEvent)));
        Text("observer"u8, firewallEvent.Observer);
        Text("rule"u8, firewallEvent.Rule);
        writer.WriteNumber("count"u8, firewallEvent.Count);
        Number("packets"u8, firewallEvent.Packets);
        writer.WriteEndObject();
        writer.Flush();
        buffer.Write("\n"u8);

        if (buffer.WrittenCount >= FlushAt)
            Flush();
    }

    public void Dispose()
    {
        Flush();
        writer?.Dispose();
        stream.Dispose();
    }

    private void Flush()
    {
        try
        {
            if (!IsClosed)
                stream.Write(buffer.WrittenSpan);
        }
        catch (IOException)
        {
            IsClosed = true;
        }
        buffer.ResetWrittenCount();
    }

    private void Text(ReadOnlySpan<byte> key, string? value)
    {
        if (value is null)
            writer!.WriteNull(key);
        else
            writer!.WriteString(key, value);
    }

    private void Number(ReadOnlySpan<byte> key, long? value)
    {
        if (value is { } number)
            writer!.WriteNumber(key, number);
        else
            writer!.WriteNull(key);
    }

    private void Address(ReadOnlySpan<byte> key, IPAddress? address)
    {
        Span<byte> text = stackalloc byte[64];
        if (address is null)
            writer!.WriteNull(key);
        else if (address.TryFormat(text, out var length))
            writer!.WriteString(key, text[..length]);
    }

    private void Time(DateTimeOffset? at)
    {
        if (at is not { } time)
        {
            writer!.WriteNull("timestamp"u8);
            return;
        }
        // With the offset the device wrote: it tells where the device believes to be.
        Span<char> text = stackalloc char[40];
        int length;
        var format = time.Ticks % TimeSpan.TicksPerSecond == 0 ? "yyyy-MM-ddTHH:mm:ssK" : "yyyy-MM-ddTHH:mm:ss.FFFFFFK";
        if (time.Offset == TimeSpan.Zero)
            time.UtcDateTime.TryFormat(text, out length, format, System.Globalization.CultureInfo.InvariantCulture);
        else
            time.TryFormat(text, out length, format, System.Globalization.CultureInfo.InvariantCulture);
        writer!.WriteString("timestamp"u8, text[..length]);
    }

    // The words of the line first: this command shows what was read.
    private Direction DirectionOf(FirewallEvent firewallEvent) =>
        firewallEvent.Direction != Direction.Unknown ? firewallEvent.Direction : enricher.DirectionOf(firewallEvent);

    private static string? Word(Direction direction) =>
        direction switch
        {
            Direction.Inbound => "inbound",
            Direction.Outbound => "outbound",
            Direction.Internal => "internal",
            Direction.External => "external",
            _ => null,
        };
}
