using System.Globalization;
using Denywatch.Web.Features.Explorer;

namespace Denywatch.Web.Features.Pivots;

/// <summary>A way out to another tool, with time and excess filled in.</summary>
/// <param name="Name">Such as "Kibana".</param>
/// <param name="Template">Address with placeholders, of which <c>{address}</c> is what an engineer gives.</param>
/// <param name="Hint">What to give, as an example.</param>
public sealed record Pivot(string Name, string Template, string Hint)
{
    /// <summary>Tools that are offered; each is off until it has an address.</summary>
    public static IReadOnlyList<Pivot> All { get; } =
    [
        new(
            "Kibana",
            "{address}/app/discover#/?_g=(time:(from:'{from}',to:'{to}'))&_a=(query:(language:kuery,query:'{kql}'))",
            "https://kibana.example.com"
        ),
        new(
            "Splunk",
            "{address}/app/search/search?earliest={from_s}&latest={to_s}&q=search%20{spl}",
            "https://splunk.example.com/en-US"
        ),
        new(
            "Sentinel",
            "{address}/source/LogsBlade.AnalyticsShareLinkToQuery/query/{kusto}/timespan/{from}%2F{to}",
            "https://portal.azure.com/#blade/Microsoft_OperationsManagementSuite_Workspace/Logs.ReactView/resourceId/..."
        ),
        new(
            "Firewall console",
            "{address}",
            "https://fw.example.com/log?src={source}&dst={destination}&port={port}&from={from_s}&to={to_s}"
        ),
    ];

    /// <summary>The link, or null where the address is none that a browser may open.</summary>
    public string? LinkFor(string address, PivotSubject subject)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(subject);
        var link = Template.Replace("{address}", address.Trim().TrimEnd('/'), StringComparison.Ordinal);
        foreach (var (placeholder, value) in subject.Values)
            link = link.Replace($"{{{placeholder}}}", value, StringComparison.Ordinal);
        return Uri.TryCreate(link, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? link : null;
    }
}
