using Denywatch.Events;
using Denywatch.Events.Integrations;

namespace Denywatch.Web.Features.SetupGuide;

/// <summary>The ways in which logs come.</summary>
public enum SetupWay
{
    /// <summary>From the firewall itself.</summary>
    Syslog,

    /// <summary>From a collector, acknowledged, over HTTP.</summary>
    Rsyslog,

    /// <summary>Filebeat and Elastic Agent.</summary>
    Filebeat,

    /// <summary>A file that is there already.</summary>
    Import,
}

/// <summary>What the guide shows: the address holds it.</summary>
/// <param name="Product">Name of an integration.</param>
public sealed record SetupView(SetupWay Way = SetupWay.Syslog, string? Product = null)
{
    /// <summary>Products that a guide of their own says how to set up, by title.</summary>
    public static IReadOnlyList<IIntegration> Products { get; } =
    [
        .. Catalogue
            .All.Where(integration =>
                integration.Name is not ("ecs" or "counts_csv") && Catalogue.GuideOf(integration) is { Length: > 0 }
            )
            .OrderBy(integration => integration.Title, StringComparer.OrdinalIgnoreCase),
    ];

    public IIntegration? Chosen => Products.FirstOrDefault(product => product.Name == Product);

    public static SetupView Read(string? way, string? product) =>
        new(
            Enum.TryParse<SetupWay>(way, ignoreCase: true, out var known) && Enum.IsDefined(known)
                ? known
                : SetupWay.Syslog,
            product
        );

    public string ToUrl() =>
        $"/set-up-guide?way={Way.ToString().ToLowerInvariant()}"
        + (Way == SetupWay.Syslog && Product is not null ? $"&product={Uri.EscapeDataString(Product)}" : "");
}

/// <summary>Where senders reach this server.</summary>
/// <param name="Url">Of pages and the intake over HTTP, without a slash at its end.</param>
/// <param name="SyslogPort">UDP and TCP; 0 where syslog is off.</param>
public sealed record ServerAddress(Uri Url, int SyslogPort)
{
    private const string ExampleHost = "192.0.2.10";

    public string Host => Url.Host;

    public string Base => Url.GetLeftPart(UriPartial.Authority);

    /// <summary>A guide's text with this server in the place of the example's.</summary>
    public string In(string guide)
    {
        ArgumentNullException.ThrowIfNull(guide);
        return guide
            .Replace($"http://{ExampleHost}:8080", Base, StringComparison.Ordinal)
            .Replace(ExampleHost, Host, StringComparison.Ordinal)
            .Replace("5514", SyslogPort == 0 ? "5514" : $"{SyslogPort}", StringComparison.Ordinal);
    }

    public string Snippet(SetupWay way) =>
        way switch
        {
            SetupWay.Rsyslog =>
                $$"""
                # /etc/rsyslog.d/90-denywatch.conf (package rsyslog-elasticsearch)
                module(load="omelasticsearch")
                template(name="denywatch" type="list" option.jsonf="on") {
                  property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
                  property(outname="host" name="hostname" format="jsonf")
                  property(outname="message" name="rawmsg" format="jsonf")
                }
                action(type="omelasticsearch" template="denywatch"
                       server="{{Host}}" serverport="{{Url.Port}}" usehttps="{{(
                    Url.Scheme == Uri.UriSchemeHttps ? "on" : "off"
                )}}"
                       uid="denywatch" pwd="TOKEN"
                       searchIndex="denywatch" searchType="" bulkmode="on"
                       action.resumeRetryCount="-1"
                       queue.type="LinkedList" queue.size="100000"
                       queue.filename="denywatch" queue.saveOnShutdown="on")
                """,
            SetupWay.Filebeat => $$"""
                # filebeat.yml
                filebeat.inputs:
                  - type: filestream
                    id: firewall
                    paths: ["/var/log/firewall/*.log"]
                output.elasticsearch:
                  hosts: ["{{Base}}"]
                  api_key: "denywatch:TOKEN"
                setup.ilm.enabled: false
                setup.template.enabled: false
                """,
            SetupWay.Import => $"denywatch import --server {Base} --token TOKEN /var/log/firewall/*.log",
            _ => Forward,
        };

    /// <summary>rsyslog that passes lines on as syslog: no token, and no acknowledgement either.</summary>
    public string Forward =>
        $$"""
            # /etc/rsyslog.d/90-denywatch.conf
            action(type="omfwd" target="{{Host}}" port="{{SyslogPort}}" protocol="tcp"
                   TCP_Framing="octet-counted" template="RSYSLOG_SyslogProtocol23Format"
                   action.resumeRetryCount="-1"
                   queue.type="LinkedList" queue.filename="denywatch" queue.saveOnShutdown="on")
            """;
}
