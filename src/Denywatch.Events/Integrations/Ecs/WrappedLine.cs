using System.Text;
using Denywatch.Events.Syslog;

namespace Denywatch.Events.Integrations.Ecs;

/// <summary>
/// A raw line inside a document, with what the document says about it: rsyslog's default template, for one, cuts header
/// and tag off and stores them as <c>fromhost</c> and <c>syslogtag</c>.
/// </summary>
internal sealed record WrappedLine(byte[] Text, DateTimeOffset? Time, string? Host, string? Program)
{
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
            return Text.AsSpan().TrimStart((byte)' ');
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
