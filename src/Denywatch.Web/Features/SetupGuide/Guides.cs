using Denywatch.Events.Integrations;

namespace Denywatch.Web.Features.SetupGuide;

/// <summary>
/// Every guide. Those of integrations lie beside their parsers; those of shippers, which bring any product's lines, lie
/// beside this file.
/// </summary>
public static class Guides
{
    public const string Shippers = "Shippers";

    /// <summary>Names of groups in the order in which they are shown.</summary>
    public static IReadOnlyList<string> Groups { get; } =
    [
        "Firewalls",
        "Routers and switches",
        "Web application firewalls",
        "Cloud and SASE",
        "Hosts",
        "Sensors",
        "Elastic Agent integrations",
        "Formats",
        Shippers,
    ];

    private static readonly string[] shippers =
    [
        "syslog",
        "rsyslog",
        "syslog-ng",
        "vector",
        "fluent-bit",
        "logstash",
        "filebeat",
        "elastic-agent",
        "http",
        "files",
    ];

    /// <summary>By title within each group; shippers from the simplest to the most special.</summary>
    public static IReadOnlyList<Guide> All { get; } =
    [
        .. Catalogue
            .All.Select(integration => Guide.Read(integration.Name, Catalogue.GuideOf(integration)))
            .Append(Guide.Read("mapped", Catalogue.GuideOfMapping()))
            .OrderBy(guide => guide.Title, StringComparer.OrdinalIgnoreCase),
        .. shippers.Select(name => Guide.Read(name, Resource($"{name}.md"))),
    ];

    public static Guide? Find(string name) => All.FirstOrDefault(guide => guide.Name == name);

    private static string Resource(string file)
    {
        using var stream =
            typeof(Guides).Assembly.GetManifestResourceStream(file)
            ?? throw new InvalidOperationException($"The guide {file} is not built into the program.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
