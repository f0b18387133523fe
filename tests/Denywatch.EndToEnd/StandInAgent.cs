using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Denywatch.EndToEnd;

/// <summary>
/// Stands in for Elastic Agent, and for the Logstash behind Fleet: takes address and key from the configuration that the
/// guide shows, and makes the calls that they make (elastic/beats <c>libbeat/esleg/eslegclient</c>,
/// logstash-plugins/logstash-output-elasticsearch), with the checks that they stop at.
/// </summary>
internal sealed partial class StandInAgent : IDisposable
{
    private readonly HttpClient http;
    private readonly string bulk;

    private StandInAgent(string configuration, AuthenticationHeaderValue key, string bulk)
    {
        http = new() { BaseAddress = new(Value(configuration, Host())) };
        http.DefaultRequestHeaders.Authorization = key;
        this.bulk = bulk;
    }

    /// <summary>By a standalone agent's <c>elastic-agent.yml</c>.</summary>
    public static StandInAgent Standalone(string yaml) =>
        new(
            yaml,
            new("ApiKey", Base64(Value(yaml, ApiKey()))),
            "/_bulk?filter_path=errors%2Citems.%2A.error%2Citems.%2A.status"
        );

    /// <summary>By a Logstash pipeline's <c>elasticsearch</c> output.</summary>
    public static StandInAgent Logstash(string pipeline) =>
        new(
            pipeline,
            new("Basic", Base64($"{Value(pipeline, User())}:{Value(pipeline, Password())}")),
            "/_bulk?filter_path=errors,items.*.error,items.*.status"
        );

    public void Dispose() => http.Dispose();

    /// <summary>What both ask before the first document, and where either would refuse to start.</summary>
    public async Task ConnectAsync(CancellationToken ct)
    {
        using (var head = await http.SendAsync(new(HttpMethod.Head, "/"), ct))
            Assert.Equal(HttpStatusCode.OK, head.StatusCode);
        using var root = await http.GetAsync(new Uri("/", UriKind.Relative), ct);
        Assert.Equal("Elasticsearch", root.Headers.GetValues("X-Elastic-Product").Single());
        using var version = JsonDocument.Parse(await root.Content.ReadAsStringAsync(ct));
        Assert.StartsWith("8.", version.RootElement.GetProperty("version").GetProperty("number").GetString());

        using var license = JsonDocument.Parse(
            await http.GetStringAsync(new Uri("/_license?human=false", UriKind.Relative), ct)
        );
        Assert.Equal("active", license.RootElement.GetProperty("license").GetProperty("status").GetString());
    }

    /// <summary>One bulk of <c>create</c> actions, compressed; each document must be taken.</summary>
    public async Task SendAsync(string dataset, IReadOnlyCollection<object> documents, CancellationToken ct)
    {
        var lines = new StringBuilder();
        foreach (var document in documents)
            lines
                .Append($$$"""{"create":{"_index":"logs-{{{dataset}}}-default"}}""")
                .Append('\n')
                .Append(JsonSerializer.Serialize(document))
                .Append('\n');

        using var body = new MemoryStream();
        await using (var gzip = new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(lines.ToString()), ct);
        using var content = new ByteArrayContent(body.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/json; charset=UTF-8");
        content.Headers.ContentEncoding.Add("gzip");
        using var answer = await http.PostAsync(new Uri(bulk, UriKind.Relative), content, ct);

        var said = await answer.Content.ReadAsStringAsync(ct);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, said);
        using var json = JsonDocument.Parse(said);
        var items = json.RootElement.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(documents.Count, items.Count);
        Assert.All(items, item => Assert.Equal(201, item.GetProperty("create").GetProperty("status").GetInt32()));
    }

    private static string Value(string configuration, Regex key)
    {
        var match = key.Match(configuration);
        Assert.True(match.Success, $"No {key} in: {configuration}");
        return match.Groups["value"].Value;
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    [GeneratedRegex(
        @"hosts(:| =>) \[""(?<value>[^""]+)""\]",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Host();

    [GeneratedRegex(@"api_key: ""(?<value>[^""]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex ApiKey();

    [GeneratedRegex(@"user => ""(?<value>[^""]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex User();

    [GeneratedRegex(@"password => ""(?<value>[^""]+)""", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Password();
}
