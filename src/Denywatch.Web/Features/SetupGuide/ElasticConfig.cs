namespace Denywatch.Web.Features.SetupGuide;

/// <content>Logstash, Beats and Elastic Agent.</content>
public sealed partial record ShipperConfig
{
    private const string AgentPort = "5044";

    private string Logstash =>
        (
            IsFile
                ? $$"""
                    input {
                      file { path => "{{Feed.Path}}" }
                    }
                    """
                : $$"""
                    input {
                      udp { port => {{Port}} }
                      tcp { port => {{Port}} }
                    }
                    """
        )
        + "\n"
        + LogstashOutput;

    private string LogstashForFleet =>
        $$"""
            input {
              elastic_agent {
                port => {{AgentPort}}
                ssl_enabled => true
                ssl_certificate_authorities => ["/etc/logstash/certs/ca.crt"]
                ssl_certificate => "/etc/logstash/certs/logstash.crt"
                ssl_key => "/etc/logstash/certs/logstash.pkcs8.key"
                ssl_client_authentication => "required"
              }
            }

            """ + LogstashOutput;

    private string LogstashOutput =>
        $$"""
            output {
              elasticsearch {
                hosts => ["{{Server.Base}}"]
                user => "{{User}}"
                password => "{{Token}}"
                index => "denywatch"
                data_stream => false
                manage_template => false
                ilm_enabled => false
              }
            }
            """;

    private string Filebeat =>
        (
            IsWinlog
                ? """
                    winlogbeat.event_logs:
                      - name: Security
                        event_id: 5031, 5150-5153, 5155, 5157, 5159
                    """
                : $"""
                    filebeat.inputs:
                    {ElasticInputs("  - type: ", "    ")}
                    """
        )
        + $$"""

            output.elasticsearch:
              hosts: ["{{Server.Base}}"]
              api_key: "{{User}}:{{Token}}"
            setup.ilm.enabled: false
            setup.template.enabled: false
            queue.disk:
              max_size: 1GB
            """;

    private string ElasticAgent =>
        $$"""
            outputs:
              default:
                type: elasticsearch
                hosts: ["{{Server.Base}}"]
                api_key: "{{User}}:{{Token}}"
            agent.monitoring.enabled: false
            inputs:
            {{(Feed.Kind == FeedKind.Capture ? CaptureInput : AgentInputs)}}
            """;

    private const string CaptureInput = """
          - id: capture
            type: packet
            use_output: default
            data_stream:
              namespace: default
            streams:
              - id: flow
                type: flow
                timeout: 30s
                period: 10s
                data_stream:
                  type: logs
                  dataset: network_traffic.flow
        """;

    private string AgentInputs =>
        string.Join(
            '\n',
            Inputs.Select(input =>
                $"""
                      - id: firewall-{input.Type}
                        type: {input.Type}
                        use_output: default
                        data_stream:
                          namespace: default
                        streams:
                          - id: firewall-{input.Type}-1
                            data_stream:
                              type: logs
                              dataset: firewall.log
                    {Indented(input.Settings, "        ")}
                    """
            )
        );

    private string ElasticInputs(string first, string rest) =>
        string.Join('\n', Inputs.Select(input => $"{first}{input.Type}\n{Indented(input.Settings, rest)}"));

    /// <summary>Filebeat's inputs, which Elastic Agent runs under the same names. Capitals are for the reader to fill in.</summary>
    private IEnumerable<(string Type, string[] Settings)> Inputs =>
        Feed.Kind switch
        {
            FeedKind.File => [("filestream", [$"id: firewall", $"paths: [\"{Feed.Path}\"]"])],
            FeedKind.Winlog => [("winlog", ["name: Security", "event_id: 5031, 5150-5153, 5155, 5157, 5159"])],
            FeedKind.AwsS3 =>
            [
                (
                    "aws-s3",
                    [
                        "queue_url: https://sqs.REGION.amazonaws.com/ACCOUNT/QUEUE",
                        "access_key_id: ACCESS_KEY_ID",
                        "secret_access_key: SECRET_ACCESS_KEY",
                    ]
                ),
            ],
            FeedKind.AzureEventHub =>
            [
                (
                    "azure-eventhub",
                    [
                        "eventhub: EVENT_HUB",
                        "consumer_group: denywatch",
                        "connection_string: \"CONNECTION_STRING\"",
                        "storage_account: STORAGE_ACCOUNT",
                        "storage_account_key: STORAGE_ACCOUNT_KEY",
                    ]
                ),
            ],
            FeedKind.AzureBlobStorage =>
            [
                (
                    "azure-blob-storage",
                    [
                        "account_name: STORAGE_ACCOUNT",
                        "auth.shared_credentials.account_key: STORAGE_ACCOUNT_KEY",
                        "containers: [{ name: insights-logs-flowlogflowevent, poll: true, poll_interval: 60s }]",
                    ]
                ),
            ],
            FeedKind.GcpPubSub =>
            [
                (
                    "gcp-pubsub",
                    [
                        "project_id: PROJECT",
                        "topic: denywatch",
                        "subscription: { name: denywatch, create: false }",
                        "credentials_file: /etc/denywatch-gcp.json",
                    ]
                ),
            ],
            _ =>
            [
                ("udp", [$"host: \"0.0.0.0:{Port}\"", "max_message_size: 64KiB"]),
                ("tcp", [$"host: \"0.0.0.0:{Port}\"", "max_message_size: 1MiB"]),
            ],
        };

    private static string Indented(string[] lines, string indent) =>
        string.Join('\n', lines.Select(line => indent + line));
}
