using Denywatch.Events.Integrations.AristaNgfw;
using Denywatch.Events.Integrations.AwsNetworkFirewall;
using Denywatch.Events.Integrations.AwsVpcFlow;
using Denywatch.Events.Integrations.AwsWaf;
using Denywatch.Events.Integrations.AzureFirewall;
using Denywatch.Events.Integrations.AzureFlow;
using Denywatch.Events.Integrations.BarracudaCloudGen;
using Denywatch.Events.Integrations.BarracudaWaf;
using Denywatch.Events.Integrations.Cef;
using Denywatch.Events.Integrations.CheckPoint;
using Denywatch.Events.Integrations.CiscoAsa;
using Denywatch.Events.Integrations.CiscoIos;
using Denywatch.Events.Integrations.CiscoMeraki;
using Denywatch.Events.Integrations.CiscoUmbrella;
using Denywatch.Events.Integrations.Cloudflare;
using Denywatch.Events.Integrations.CountsCsv;
using Denywatch.Events.Integrations.Ecs;
using Denywatch.Events.Integrations.ElasticDefend;
using Denywatch.Events.Integrations.F5BigIp;
using Denywatch.Events.Integrations.FortiGate;
using Denywatch.Events.Integrations.GcpFirewall;
using Denywatch.Events.Integrations.Iptables;
using Denywatch.Events.Integrations.JuniperSrx;
using Denywatch.Events.Integrations.Leef;
using Denywatch.Events.Integrations.Mapped;
using Denywatch.Events.Integrations.MikroTik;
using Denywatch.Events.Integrations.NetworkPacketCapture;
using Denywatch.Events.Integrations.PanOs;
using Denywatch.Events.Integrations.PfSense;
using Denywatch.Events.Integrations.PrismaAccess;
using Denywatch.Events.Integrations.SonicWall;
using Denywatch.Events.Integrations.SophosUtm;
using Denywatch.Events.Integrations.SophosXg;
using Denywatch.Events.Integrations.Stormshield;
using Denywatch.Events.Integrations.Suricata;
using Denywatch.Events.Integrations.SymantecEndpoint;
using Denywatch.Events.Integrations.Ulogd;
using Denywatch.Events.Integrations.WatchGuard;
using Denywatch.Events.Integrations.WindowsFirewall;
using Denywatch.Events.Integrations.Zeek;
using Denywatch.Events.Integrations.ZscalerZia;

namespace Denywatch.Events.Integrations;

/// <summary>Every integration, the most telling format first: adding a product is one line here.</summary>
public static class Catalogue
{
    public static IReadOnlyList<IIntegration> All { get; } =
    [
        new AwsNetworkFirewallIntegration(),
        new AwsWafIntegration(),
        new AzureFlowIntegration(),
        new AzureFirewallIntegration(),
        new GcpFirewallIntegration(),
        new SuricataIntegration(),
        new ZscalerZiaIntegration(),
        new CloudflareIntegration(),
        new PrismaAccessIntegration(),
        new CefIntegration(),
        new LeefIntegration(),
        new ZeekIntegration(),
        new WindowsFirewallIntegration(),
        new AristaNgfwIntegration(),
        new BarracudaCloudGenIntegration(),
        new CheckPointIntegration(),
        new F5BigIpIntegration(),
        new UlogdIntegration(),
        new AwsVpcFlowIntegration(),
        new ElasticDefendIntegration(),
        new NetworkPacketCaptureIntegration(),
        new EcsIntegration(),
        new BarracudaWafIntegration(),
        new CiscoAsaIntegration(),
        new CiscoMerakiIntegration(),
        new FortiGateIntegration(),
        new PanOsIntegration(),
        new PfSenseIntegration(),
        new JuniperSrxIntegration(),
        new SonicWallIntegration(),
        new StormshieldIntegration(),
        new SophosUtmIntegration(),
        new SophosXgIntegration(),
        new WatchGuardIntegration(),
        new SymantecEndpointIntegration(),
        new MikroTikIntegration(),
        new IptablesIntegration(),
        new CiscoUmbrellaIntegration(),
        new CiscoIosIntegration(),
        new CountsCsvIntegration(),
    ];

    /// <summary>The integration of that name, or null.</summary>
    public static IIntegration? Find(string name) => All.FirstOrDefault(integration => integration.Name == name);

    /// <summary>The set-up guide (Markdown), in our own words.</summary>
    public static string GuideOf(IIntegration integration)
    {
        ArgumentNullException.ThrowIfNull(integration);
        return Resource(integration.GetType(), "guide.md");
    }

    /// <summary>The guide for products that no integration knows.</summary>
    public static string GuideOfMapping() => Resource(typeof(MappedIntegration), "guide.md");

    /// <summary>Sample lines, written by us, that the integration reads.</summary>
    public static IReadOnlyList<string> SamplesOf(IIntegration integration)
    {
        ArgumentNullException.ThrowIfNull(integration);
        return Resource(integration.GetType(), "samples.log").Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Resource(Type type, string file)
    {
        using var stream = type.Assembly.GetManifestResourceStream($"{type.Namespace}.{file}");
        if (stream is null)
            return "";
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
