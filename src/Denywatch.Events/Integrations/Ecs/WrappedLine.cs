using System.Text;
using System.Text.Json;
using Denywatch.Events.Syslog;

namespace Denywatch.Events.Integrations.Ecs;

/// <summary>
/// A raw line inside a document, with what the document says about it: rsyslog's default template, for one, cuts header
/// and tag off and stores them as <c>fromhost</c> and <c>syslogtag</c>.
/// </summary>
internal readonly ref struct WrappedLine
{
    // Unescaped lines of this thread, one at a time: no memory for a document that is not kept.
    [ThreadStatic]
    private static byte[]? scratch;

    public ReadOnlySpan<byte> Text { get; private init; }
    private DateTimeOffset? Time { get; init; }
    private string? Host { get; init; }
    private string? Program { get; init; }

    public bool IsNone => Text.IsEmpty;

    /// <summary>The line in a document; none where it holds none. Valid until the next one of the thread.</summary>
    public static WrappedLine In(ReadOnlySpan<byte> json, scoped in EcsDocument document) =>
        document.Line is not { } place
            ? default
            : new()
            {
                Text = document.IsLineEscaped ? Unescape(json[(place.Start.Value - 1)..]) : json[place],
                Time = document.FallbackTimestamp ?? document.Timestamp,
                Host = document.Observer ?? document.WrapperHost,
                Program = document.WrapperProgram,
            };

    private static ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> quoted)
    {
        var reader = new Utf8JsonReader(quoted, isFinalBlock: false, default);
        try
        {
            if (!reader.Read() || reader.TokenType != JsonTokenType.String)
                return [];
            if (scratch is null || scratch.Length < reader.ValueSpan.Length)
                scratch = new byte[Math.Max(4096, reader.ValueSpan.Length)];
            return scratch.AsSpan(0, reader.CopyString(scratch));
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return [];
        }
    }

    public LogLine Open(Receipt receipt)
    {
        var line = SyslogHeader.Read(Whole(), receipt);
        return new LogLine
        {
            Raw = line.Raw,
            Message = line.Message,
            StructuredData = line.StructuredData,
            HeaderTime = line.HeaderTime ?? Time,
            HeaderHost = line.HeaderHost ?? Host,
            Program = line.Program ?? Name(Program),
            Receipt = receipt,
        };
    }

    // syslog daemons take "%ASA-4-106023:" for a program's name: it goes back in front.
    private ReadOnlySpan<byte> Whole()
    {
        if (Program is null || !Program.StartsWith('%'))
            return Text.TrimStart((byte)' ');
        byte[] whole = [.. Encoding.UTF8.GetBytes(Program + " "), .. Text];
        return whole;
    }

    /// <summary><c>filterlog[42]:</c> is filterlog.</summary>
    private static string? Name(string? tag)
    {
        var end = tag?.AsSpan().IndexOfAny('[', ':') ?? -1;
        return end < 0 ? tag : tag![..end];
    }
}
