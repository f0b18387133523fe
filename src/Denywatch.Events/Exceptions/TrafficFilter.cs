using System.Text.Json.Serialization;

namespace Denywatch.Events.Exceptions;

/// <summary>The traffic that is looked at: what <paramref name="Only"/> means, without what any of <paramref name="Exclude"/> means.</summary>
/// <param name="Only">A scope without conditions is all traffic.</param>
public sealed record TrafficFilter(FlowScope Only, IReadOnlyList<FlowScope> Exclude)
{
    public static TrafficFilter None { get; } = new(new(), []);

    /// <summary>No traffic is left out.</summary>
    [JsonIgnore]
    public bool IsNone => IsOfFirewalls && Only.Firewalls.Count == 0;

    /// <summary>Firewalls are named at most: answered from counts, records and rollups. Anything else is counted from flows.</summary>
    [JsonIgnore]
    public bool IsOfFirewalls => Exclude.Count == 0 && IsEmpty(Only with { Firewalls = [] });

    /// <summary>What is wrong with it, as a sentence; null where nothing is.</summary>
    [JsonIgnore]
    public string? Problem =>
        (IsEmpty(Only) ? Exclude : [Only, .. Exclude])
            .Select(scope => scope.Problem)
            .FirstOrDefault(problem => problem is not null);

    /// <summary>Such as "port 445, without source 10.2.3.4"; "all traffic" where nothing is left out.</summary>
    public override string ToString()
    {
        var only = IsEmpty(Only) ? "all traffic" : Only.ToString();
        return string.Join(", without ", Exclude.Select(scope => scope.ToString()).Prepend(only));
    }

    private static bool IsEmpty(FlowScope scope) => scope.ToString() == None.Only.ToString();
}
