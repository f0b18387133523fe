using System.Net;

namespace Denywatch.Events.Enrichment;

/// <summary>
/// Country and autonomous system of public addresses, from the CSV files of the npm packages
/// <c>@ip-location-db/asn</c> (RouteViews and DB-IP, CC BY 4.0) and <c>@ip-location-db/geo-whois-asn-country</c> (CC0).
/// Read once, shared by all threads. Private and reserved addresses have neither.
/// </summary>
public sealed class GeoTables
{
    private const string AsFiles = "asn";
    private const string CountryFiles = "geo-whois-asn-country";

    private readonly RangeTable countries;
    private readonly RangeTable systems;
    private readonly Dictionary<long, string> organisations;

    private GeoTables(RangeTable countries, RangeTable systems, Dictionary<long, string> organisations) =>
        (this.countries, this.systems, this.organisations) = (countries, systems, organisations);

    public static GeoTables Empty { get; } = new(RangeTable.Empty, RangeTable.Empty, []);

    /// <summary>False where the files were missing: then every answer is null.</summary>
    public bool IsLoaded => countries.Count + systems.Count > 0;

    /// <summary>
    /// Reads <c>asn-ipv4.csv</c>, <c>asn-ipv6.csv</c>, <c>geo-whois-asn-country-ipv4.csv</c> and <c>…-ipv6.csv</c> from the
    /// folder. A missing file leaves its answers null; a bad row is skipped.
    /// </summary>
    public static GeoTables Load(string folder)
    {
        var names = new Dictionary<long, string>();
        var asTable = RangeTable.Load(Files(folder, AsFiles), row => AsNumber(row, names));
        var countryTable = RangeTable.Load(Files(folder, CountryFiles), row => CountryCode.Pack(row.Value));
        return new(countryTable, asTable, names);
    }

    /// <summary>ISO 3166-1 alpha-2, or null.</summary>
    public string? CountryOf(IPAddress? address) =>
        Find(countries, address) is { } packed ? CountryCode.Unpack(packed) : null;

    /// <summary>Autonomous system number, or null.</summary>
    public long? AsOf(IPAddress? address) => Find(systems, address);

    /// <summary>Name of the organisation that runs the autonomous system, or null.</summary>
    public string? OrganisationOf(long? asn) => asn is { } number ? organisations.GetValueOrDefault(number) : null;

    private static uint? Find(RangeTable table, IPAddress? address) =>
        address is null || ReservedAddresses.Contains(address) ? null : table.Find(address);

    private static string[] Files(string folder, string name) =>
        [Path.Combine(folder, name + "-ipv4.csv"), Path.Combine(folder, name + "-ipv6.csv")];

    private static uint? AsNumber(RangeRow row, Dictionary<long, string> names)
    {
        if (!uint.TryParse(row.Value, out var number))
            return null;
        names.TryAdd(number, row.Rest.Length == 0 ? $"AS{number}" : row.Rest.ToString());
        return number;
    }
}
