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
        var line = SyslogHeader.Read(Text, receipt);
        return new LogLine
        {
            Raw = line.Raw,
            Message = line.Message,
            StructuredData = line.StructuredData,
            HeaderTime = line.HeaderTime ?? Time,
            HeaderHost = line.HeaderHost ?? Host,
            Program = line.Program ?? Program,
            Receipt = receipt,
        };
    }
}
