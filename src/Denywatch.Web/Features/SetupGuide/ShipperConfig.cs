namespace Denywatch.Web.Features.SetupGuide;

/// <summary>
/// A configuration to paste: reads what the product gives, and writes to this server with its token. Whole lines travel,
/// since the reading is done here.
/// </summary>
/// <param name="Token">The secret itself, or <see cref="ServerAddress.Token"/>.</param>
public sealed partial record ShipperConfig(Feed Feed, ServerAddress Server, string Token = ServerAddress.Token)
{
    private const int Port = ServerAddress.CollectorPort;
    private const string User = "denywatch";

    /// <summary>Null for the way that needs none: the product's own settings say it all.</summary>
    public string? Of(SetupWay way) =>
        way switch
        {
            SetupWay.Rsyslog => Rsyslog,
            SetupWay.SyslogNg => SyslogNg,
            SetupWay.Vector => Vector,
            SetupWay.FluentBit => FluentBit,
            SetupWay.Logstash => Logstash,
            SetupWay.Filebeat => Filebeat,
            SetupWay.ElasticAgent => ElasticAgent,
            SetupWay.Fleet => LogstashForFleet,
            SetupWay.Http => Http,
            SetupWay.Import =>
                $"denywatch import --server {Server.Base} --token {Token} {Feed.Path ?? "/var/log/firewall/*.log"}",
            _ => null,
        };

    /// <summary>Where the configuration is to be put.</summary>
    public string? PlaceOf(SetupWay way) =>
        way switch
        {
            SetupWay.Rsyslog => "/etc/rsyslog.d/90-denywatch.conf",
            SetupWay.SyslogNg => "/etc/syslog-ng/conf.d/90-denywatch.conf",
            SetupWay.Vector => "/etc/vector/denywatch.yaml",
            SetupWay.FluentBit => "/etc/fluent-bit/denywatch.conf",
            SetupWay.Logstash or SetupWay.Fleet => "/etc/logstash/conf.d/denywatch.conf",
            SetupWay.Filebeat => IsWinlog ? "winlogbeat.yml" : "/etc/filebeat/filebeat.yml",
            SetupWay.ElasticAgent => "elastic-agent.yml",
            _ => null,
        };

    private bool IsFile => Feed.Kind == FeedKind.File;

    private bool IsWinlog => Feed.Kind == FeedKind.Winlog;

    private string Rsyslog =>
        (
            IsFile
                ? $$"""
                    module(load="imfile")
                    input(type="imfile" file="{{Feed.Path}}" tag="firewall" ruleset="denywatch")
                    """
                : $$"""
                    module(load="imudp")
                    module(load="imtcp")
                    input(type="imudp" port="{{Port}}" ruleset="denywatch")
                    input(type="imtcp" port="{{Port}}" ruleset="denywatch")
                    """
        )
        + $$"""

            module(load="omelasticsearch")
            template(name="denywatch" type="list" option.jsonf="on") {
              property(outname="@timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
              property(outname="host" name="hostname" format="jsonf")
              property(outname="message" name="rawmsg" format="jsonf")
            }
            ruleset(name="denywatch") {
              action(type="omelasticsearch" template="denywatch"
                     server="{{Server.Host}}" serverport="{{Server.Url.Port}}" usehttps="{{OnOff(Server.IsTls)}}"
                     uid="{{User}}" pwd="{{Token}}"
                     searchIndex="denywatch" searchType="" bulkmode="on"
                     action.resumeRetryCount="-1"
                     queue.type="LinkedList" queue.size="100000"
                     queue.filename="denywatch" queue.maxDiskSpace="1g" queue.saveOnShutdown="on")
            }
            """;

    private string SyslogNg =>
        (
            IsFile
                ? $$"""
                    source s_denywatch {
                      file("{{Feed.Path}}" flags(store-raw-message));
                    };
                    """
                : $$"""
                    source s_denywatch {
                      network(transport("udp") port({{Port}}) flags(store-raw-message));
                      network(transport("tcp") port({{Port}}) flags(store-raw-message));
                    };
                    """
        )
        + $$"""

            destination d_denywatch {
              http(
                url("{{Server.Base}}/_bulk") method("POST")
                headers("Content-Type: application/x-ndjson")
                user("{{User}}") password("{{Token}}")
                batch-lines(1000) batch-timeout(1000)
                body("$(format-json --scope none index._index=denywatch)\n$(format-json --scope none @timestamp=$ISODATE host=$HOST message=$RAWMSG)\n")
                disk-buffer(disk-buf-size(1073741824) mem-buf-size(104857600) reliable(yes))
              );
            };
            log { source(s_denywatch); destination(d_denywatch); flags(flow-control); };
            """;

    private string Vector =>
        (
            IsFile
                ? $$"""
                    sources:
                      firewall:
                        type: file
                        include: ["{{Feed.Path}}"]
                    """
                : $$"""
                    sources:
                      firewall:
                        type: socket
                        mode: udp
                        address: "0.0.0.0:{{Port}}"
                      firewall_tcp:
                        type: socket
                        mode: tcp
                        address: "0.0.0.0:{{Port}}"
                    """
        )
        + $$"""

            sinks:
              denywatch:
                type: elasticsearch
                inputs: ["firewall*"]
                endpoints: ["{{Server.Base}}"]
                api_version: v8
                mode: bulk
                bulk:
                  action: create
                  index: denywatch
                auth:
                  strategy: basic
                  user: {{User}}
                  password: "{{Token}}"
                buffer:
                  type: disk
                  max_size: 1073741824
                  when_full: block
            """;

    private string FluentBit =>
        $"""
            [SERVICE]
                storage.path /var/lib/fluent-bit/denywatch
            """
        + (
            IsFile
                ? $"""

                    [INPUT]
                        Name         tail
                        Path         {Feed.Path}
                        DB           /var/lib/fluent-bit/denywatch.db
                        storage.type filesystem
                    """
                : $"""

                    [INPUT]
                        Name         udp
                        Port         {Port}
                        Format       none
                        storage.type filesystem
                    [INPUT]
                        Name         tcp
                        Port         {Port}
                        Format       none
                        storage.type filesystem
                    """
        )
        + $"""

            [OUTPUT]
                Name               es
                Match              *
                Host               {Server.Host}
                Port               {Server.Url.Port}
                tls                {OnOff(Server.IsTls)}
                HTTP_User          {User}
                HTTP_Passwd        {Token}
                Index              denywatch
                Suppress_Type_Name On
                Retry_Limit        no_limits
                storage.total_limit_size 1G
            """;

    // A service that posts by itself has nothing but an address to say things in.
    private string Http =>
        $$$"""
            # Lines as they are, plain or gzip
            curl --fail --data-binary @firewall.log -H "Authorization: Bearer {{{Token}}}" {{{Server.Base}}}/api/v1/import

            # Documents, as Elasticsearch takes them
            printf '%s\n' '{"create":{}}' '{"message":"a line"}' |
              curl --fail --data-binary @- -H "Content-Type: application/x-ndjson" -H "Authorization: ApiKey {{{Token}}}" {{{Server.Base}}}/_bulk

            # The destination of a service that takes headers in its address, such as Logpush
            {{{Server.Base}}}/api/v1/import?header_Authorization=Bearer%20{{{Token}}}
            """;

    private static string OnOff(bool isOn) => isOn ? "on" : "off";
}
