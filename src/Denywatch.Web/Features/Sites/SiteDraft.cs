using System.Net;
using Denywatch.Events.Exceptions;

namespace Denywatch.Web.Features.Sites;

/// <summary>A site as it is asked for.</summary>
/// <param name="Networks">CIDRs of its internal addresses.</param>
/// <param name="TimeZone">IANA name: days and weeks of its firewalls are those of this zone.</param>
/// <param name="FirewallIds">Firewalls that stand there; one that belonged elsewhere moves.</param>
public sealed record SiteDraft(
    string Name,
    IReadOnlyList<string>? Networks = null,
    string TimeZone = "Etc/UTC",
    IReadOnlyList<int>? FirewallIds = null
)
{
    private const int LongestName = 100;
    private const int MostNetworks = 1_000;

    /// <summary>The CIDRs as they are kept, each once; those that are none are left out.</summary>
    internal IReadOnlyList<IPNetwork> Parsed => [.. Written.Select(FlowScope.NetworkOf).OfType<IPNetwork>().Distinct()];

    /// <summary>What is wrong with it, by the name of the field; empty where nothing is.</summary>
    public IReadOnlyDictionary<string, string> Problems
    {
        get
        {
            var problems = new Dictionary<string, string>(StringComparer.Ordinal);
            if (string.IsNullOrWhiteSpace(Name) || Name.Trim().Length > LongestName || Name.Any(char.IsControl))
                problems["name"] = $"A site needs a name, of at most {LongestName} characters.";
            if (Written.FirstOrDefault(text => FlowScope.NetworkOf(text) is null) is { } wrong)
                problems["networks"] = $"\"{wrong}\" is no CIDR such as 10.2.0.0/16.";
            else if (Parsed.Count > MostNetworks)
                problems["networks"] = $"A site has at most {MostNetworks} CIDRs: write larger ones.";
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out var zone) || !zone.HasIanaId)
                problems["timeZone"] = $"\"{TimeZone}\" is no IANA time zone, such as Europe/Berlin.";
            return problems;
        }
    }

    private IEnumerable<string> Written => (Networks ?? []).Select(text => text.Trim()).Where(text => text.Length > 0);
}
