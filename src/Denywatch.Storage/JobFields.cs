namespace Denywatch.Storage;

/// <summary>A field of denied flows that jobs can split by, count the values of, or find rare values of.</summary>
/// <param name="Name">As ECS has it.</param>
/// <param name="Title">As pages call it.</param>
/// <param name="Rollup">The dimension whose days say which values are common.</param>
/// <param name="IsOpen">Strangers choose its values, so that there is no end to them.</param>
/// <param name="Value">Its value as text, in SQL over rows <c>f</c> of flows, <c>w</c> of firewalls, <c>d</c> of data sources.</param>
public sealed record JobField(string Name, string Title, RollupDimension? Rollup, bool IsOpen, string Value)
{
    private const string Integration = "event.module";
    private const string Firewall = JobCounting.Firewall;
    public const string Source = "source.ip";

    /// <summary>Most used first.</summary>
    public static IReadOnlyList<JobField> All { get; } =
    [
        new(Source, "source", RollupDimension.Source, true, "abbrev(f.source)"),
        new(
            "destination.port",
            "destination port",
            RollupDimension.Port,
            true,
            "coalesce(f.destination_port::text, f.transport)"
        ),
        new(
            "destination.geo.country_iso_code",
            "destination country",
            RollupDimension.DestinationCountry,
            false,
            "f.destination_country"
        ),
        new("source.geo.country_iso_code", "source country", RollupDimension.SourceCountry, false, "f.source_country"),
        new("rule.name", "firewall rule", RollupDimension.Rule, false, "f.rule"),
        new(Firewall, "firewall", null, false, "w.name"),
        new("destination.ip", "destination", RollupDimension.Destination, true, "abbrev(f.destination)"),
        new("source.as.number", "source AS", RollupDimension.SourceAs, true, "'AS' || f.source_as"),
        new(Integration, "integration", RollupDimension.Integration, false, "d.integration"),
    ];

    /// <summary>What <see cref="Value"/> reads besides flows.</summary>
    public const string Joins =
        "JOIN firewalls w ON w.id = f.firewall_id JOIN data_sources d ON d.id = f.data_source_id";

    /// <summary>Null where there is no such field.</summary>
    public static JobField? Find(string? name) => All.FirstOrDefault(field => field.Name == name);

    /// <summary>The flows that have a value, by an index where there is one: a condition over rows <c>f</c> alone.</summary>
    /// <param name="parameter">Name of the parameter that holds the value, as text.</param>
    internal string Has(string parameter) =>
        Name switch
        {
            Source => $"f.source = @{parameter}::text::inet",
            Firewall => $"f.firewall_id = ANY(ARRAY(SELECT id FROM firewalls WHERE name = @{parameter}))",
            Integration =>
                $"f.data_source_id = ANY(ARRAY(SELECT id FROM data_sources WHERE integration = @{parameter}))",
            _ => $"{Value} = @{parameter}",
        };

    /// <summary>How many distinct values a group of flows has; sources that intake folded as it estimated them.</summary>
    internal string Distinct =>
        Name == Source
            ? $"count(DISTINCT {Value}) + coalesce(sum(f.sources - 1) FILTER (WHERE f.sources > 1), 0)"
            : $"count(DISTINCT {Value})";
}
