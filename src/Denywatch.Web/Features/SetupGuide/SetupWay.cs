namespace Denywatch.Web.Features.SetupGuide;

/// <summary>The ways in which lines come here.</summary>
public enum SetupWay
{
    /// <summary>From the device itself; not acknowledged.</summary>
    Syslog,
    Rsyslog,
    SyslogNg,
    Vector,
    FluentBit,
    Logstash,
    Filebeat,

    /// <summary>Elastic Agent with a file of its own.</summary>
    ElasticAgent,

    /// <summary>Elastic Agent managed by Fleet: its output is Logstash, since Fleet hands out keys that are not ours.</summary>
    Fleet,

    /// <summary>The product posts by itself.</summary>
    Http,

    /// <summary>Files that are there already.</summary>
    Import,
}

public static class SetupWays
{
    public static SetupWay Read(string name) => Enum.Parse<SetupWay>(name, ignoreCase: true);

    public static string TitleOf(SetupWay way) =>
        way switch
        {
            SetupWay.Rsyslog => "rsyslog",
            SetupWay.SyslogNg => "syslog-ng",
            SetupWay.FluentBit => "Fluent Bit",
            SetupWay.ElasticAgent => "Elastic Agent, standalone",
            SetupWay.Fleet => "Elastic Agent, Fleet",
            SetupWay.Http => "HTTP",
            SetupWay.Import => "Files",
            _ => way.ToString(),
        };

    public static string HintOf(SetupWay way) =>
        way switch
        {
            SetupWay.Syslog => "straight from the device",
            SetupWay.Filebeat => "and other Beats",
            SetupWay.ElasticAgent => "with a file of its own",
            SetupWay.Fleet => "through Logstash",
            SetupWay.Http => "the product posts by itself",
            SetupWay.Import => "logs that are there already",
            _ => "acknowledged, kept while we are away",
        };
}

/// <summary>How a product's lines leave it, which is what a shipper must read.</summary>
public enum FeedKind
{
    /// <summary>Over the network, to whoever listens.</summary>
    Syslog,

    /// <summary>Into a file on the machine.</summary>
    File,

    /// <summary>Into Windows' event log.</summary>
    Winlog,

    AwsS3,
    AzureEventHub,
    AzureBlobStorage,
    GcpPubSub,

    /// <summary>As documents, from whatever shipper has parsed them.</summary>
    Documents,

    /// <summary>By Elastic Agent, from an integration that Fleet alone manages.</summary>
    Fleet,

    /// <summary>By Elastic Agent, from the wire.</summary>
    Capture,

    /// <summary>Files made for an import.</summary>
    Files,
}

/// <param name="Path">Of the file; null for all other kinds.</param>
public sealed record Feed(FeedKind Kind, string? Path = null)
{
    private static readonly SetupWay[] collectors =
    [
        SetupWay.Rsyslog,
        SetupWay.SyslogNg,
        SetupWay.Vector,
        SetupWay.FluentBit,
        SetupWay.Logstash,
    ];

    private static readonly SetupWay[] elastic = [SetupWay.Filebeat, SetupWay.ElasticAgent, SetupWay.Fleet];

    /// <summary>Ways that can bring such lines, the simplest first.</summary>
    public IReadOnlyList<SetupWay> Ways =>
        Kind switch
        {
            FeedKind.Syslog => [SetupWay.Syslog, .. collectors, .. elastic, SetupWay.Import],
            FeedKind.File => [.. collectors, .. elastic, SetupWay.Import],
            FeedKind.Documents => [.. elastic, .. collectors, SetupWay.Http, SetupWay.Import],
            FeedKind.Fleet => [SetupWay.Fleet],
            FeedKind.Capture => [SetupWay.Fleet, SetupWay.ElasticAgent],
            FeedKind.Files => [SetupWay.Import],
            _ => [.. elastic, SetupWay.Import],
        };

    /// <param name="text">A kind with dashes, and the path of a file.</param>
    public static Feed Read(string text)
    {
        var words = text.Split(' ', 2);
        var kind = Enum.Parse<FeedKind>(words[0].Replace("-", "", StringComparison.Ordinal), ignoreCase: true);
        return new(kind, words.Length > 1 ? words[1] : null);
    }
}

/// <summary>What a guide's page shows: the address holds it.</summary>
public sealed record SetupView(Guide Guide, SetupWay Way)
{
    public static SetupView Read(Guide guide, string? way)
    {
        ArgumentNullException.ThrowIfNull(guide);
        return new(
            guide,
            Enum.TryParse<SetupWay>(way, ignoreCase: true, out var known) && guide.Ways.Contains(known)
                ? known
                : guide.Ways[0]
        );
    }

    /// <summary>Which machine the product's own settings mean by <see cref="ServerAddress.Collector"/>; null where they mean none.</summary>
    public string? Collector =>
        (Guide.Feed.Kind, Way) switch
        {
            (not (FeedKind.Syslog or FeedKind.Documents), _) or (_, SetupWay.Http) => null,
            (_, SetupWay.Import) => $"Below, {ServerAddress.Collector} is the machine that writes these files.",
            (_, SetupWay.Fleet) =>
                $"Then give the agents the product's own integration, or Custom UDP and TCP Logs, on port {ServerAddress.CollectorPort}, and Logstash as their output; the guide of Elastic Agent has the steps. Below, {ServerAddress.Collector} is the agent's machine.",
            _ =>
                $"It listens on port {ServerAddress.CollectorPort}. Below, {ServerAddress.Collector} is the machine it runs on.",
        };

    public string ToUrl() =>
        Way == Guide.Ways[0] ? $"/setup/{Guide.Name}" : $"/setup/{Guide.Name}?way={Way.ToString().ToLowerInvariant()}";
}
