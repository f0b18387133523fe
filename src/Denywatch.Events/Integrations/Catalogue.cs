using Denywatch.Events.Integrations.CiscoAsa;
using Denywatch.Events.Integrations.CountsCsv;
using Denywatch.Events.Integrations.Ecs;
using Denywatch.Events.Integrations.FortiGate;
using Denywatch.Events.Integrations.Iptables;
using Denywatch.Events.Integrations.PanOs;
using Denywatch.Events.Integrations.PfSense;

namespace Denywatch.Events.Integrations;

/// <summary>Every integration, the most telling format first: adding a product is one line here.</summary>
public static class Catalogue
{
    public static IReadOnlyList<IIntegration> All { get; } =
    [
        new EcsIntegration(),
        new CiscoAsaIntegration(),
        new FortiGateIntegration(),
        new PanOsIntegration(),
        new PfSenseIntegration(),
        new IptablesIntegration(),
        new CountsCsvIntegration(),
    ];

    /// <summary>The integration of that name, or null.</summary>
    public static IIntegration? Find(string name) => All.FirstOrDefault(integration => integration.Name == name);

    /// <summary>The set-up guide (Markdown), in our own words.</summary>
    public static string GuideOf(IIntegration integration) => Resource(integration, "guide.md");

    /// <summary>Sample lines, written by us, that the integration reads.</summary>
    public static IReadOnlyList<string> SamplesOf(IIntegration integration) =>
        Resource(integration, "samples.log").Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string Resource(IIntegration integration, string file)
    {
        var type = integration.GetType();
        using var stream = type.Assembly.GetManifestResourceStream($"{type.Namespace}.{file}");
        if (stream is null)
            return "";
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
