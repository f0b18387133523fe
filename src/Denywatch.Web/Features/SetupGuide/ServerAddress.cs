namespace Denywatch.Web.Features.SetupGuide;

/// <summary>Where senders reach this server.</summary>
/// <param name="Url">Of pages and the intake over HTTP.</param>
/// <param name="SyslogPort">UDP and TCP; 0 where syslog is off.</param>
public sealed record ServerAddress(Uri Url, int SyslogPort)
{
    /// <summary>Where a collector of the configurations shown listens: a port that needs no rights.</summary>
    public const int CollectorPort = 5514;

    /// <summary>Stands for the machine that the shipper runs on.</summary>
    public const string Collector = "COLLECTOR";

    /// <summary>Stands for a token that nobody has made yet.</summary>
    public const string Token = "TOKEN";

    private const string ExampleHost = "192.0.2.10";

    public string Host => Url.Host;

    public string Base => Url.GetLeftPart(UriPartial.Authority);

    public bool IsTls => Url.Scheme == Uri.UriSchemeHttps;

    /// <summary>A guide's text with the receiver in the place of the example's: this server, or the shipper before it.</summary>
    public string In(string guide, SetupWay way)
    {
        ArgumentNullException.ThrowIfNull(guide);
        var (host, port) =
            way == SetupWay.Syslog && SyslogPort > 0 ? (Host, SyslogPort)
            : way == SetupWay.Syslog ? (Host, CollectorPort)
            : (Collector, CollectorPort);
        return guide
            .Replace(ExampleHost, host, StringComparison.Ordinal)
            .Replace($"{CollectorPort}", $"{port}", StringComparison.Ordinal);
    }
}
