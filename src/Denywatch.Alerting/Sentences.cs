using System.Globalization;

namespace Denywatch.Alerting;

/// <summary>What a person reads about an excess: the same words on page, alert and message.</summary>
public static class Sentences
{
    /// <summary>
    /// Such as "4,312 denies, 610 expected (7.1x). 83 % of the excess is 10.2.3.4 to port 445 on 251 hosts: horizontal scan
    /// (T1046)."
    /// </summary>
    /// <param name="expected">What the model expected; the mean of comparable buckets where null.</param>
    public static string Summary(Excess excess, CauseFinding finding, double? expected = null)
    {
        ArgumentNullException.ThrowIfNull(excess);
        ArgumentNullException.ThrowIfNull(finding);
        return $"{Counts(excess.Count, expected ?? excess.Typical)}. {Why(excess, finding)}";
    }

    /// <summary>Such as "83 % of the excess is 10.2.3.4 to port 445 on 251 hosts: horizontal scan (T1046)."</summary>
    public static string Why(Excess excess, CauseFinding finding)
    {
        ArgumentNullException.ThrowIfNull(excess);
        ArgumentNullException.ThrowIfNull(finding);
        var technique = finding.Techniques.Count > 0 ? $" ({finding.Techniques[0]})" : "";
        return $"{Who(excess, finding.Cause)}: {Causes.Title(finding.Cause)}{technique}.";
    }

    /// <summary>Such as "4,312 denies, 610 expected (7.1x)".</summary>
    /// <param name="what">What is counted.</param>
    public static string Counts(double actual, double expected, string what = "denies")
    {
        var factor = expected >= 1 ? $" ({(actual / expected).ToString("0.0", CultureInfo.InvariantCulture)}x)" : "";
        return $"{Number(actual)} {what}, {Number(expected)} expected{factor}";
    }

    /// <summary>Such as "Horizontal scan by 10.2.3.4 on port 445, 251 hosts".</summary>
    public static string Title(Excess excess, CauseFinding finding)
    {
        ArgumentNullException.ThrowIfNull(excess);
        ArgumentNullException.ThrowIfNull(finding);
        var s = excess.Shape;
        return finding.Cause switch
        {
            LikelyCause.HorizontalScan =>
                $"Horizontal scan by {s.TopSource} on {Port(s.TopPort)}, {Hosts(s.TopSourceDestinations)}",
            LikelyCause.VerticalScan =>
                $"Vertical scan of {s.TopDestination} by {s.TopSource}, {Number(s.TopPairPorts)} ports",
            LikelyCause.DistributedScan => $"Distributed scan of {Port(s.TopPort)} by {Number(s.Sources)} sources",
            LikelyCause.Flood => $"Flood of {s.TopDestination} on {Port(s.TopPort)} by {Sources(s)}",
            LikelyCause.ApplicationRetry =>
                $"{Sources(s)} {(IsOneSource(s) ? "keeps" : "keep")} trying {s.TopDestination} on {Port(s.TopPort)}",
            LikelyCause.NewFirewallRule => s.NewRuleShare >= 0.5
                ? $"New rule {s.TopRule} on {s.TopFirewall} denies {Plural(s.Sources, "client")}"
                : $"Changed rule on {s.TopFirewall} denies {Plural(s.Sources, "client")} on {Port(s.TopPort)}",
            LikelyCause.SuspiciousOutbound =>
                $"{s.TopSource} calls out to {Outside(s)} on {Port(s.TopPort)}{Rhythm(s)}",
            LikelyCause.LateralMovement =>
                $"{s.TopSource} tries {Plural(s.TopSourceDestinations, "inside host")} on {Port(s.TopPort)}",
            LikelyCause.DiscoveryNoise => $"Discovery noise on {s.TopFirewall}, {Port(s.TopPort)}",
            LikelyCause.LoggingChange => s.NewRuleShare >= 0.5
                ? $"{s.TopFirewall} now logs rule {s.TopRule}"
                : $"{s.TopFirewall} logs the same {(s.PairedShare >= 0.5 ? "twice" : "more often")}",
            LikelyCause.BackgroundRise => $"Background rise: {Number(s.Sources)} sources, {Ratio(s)} times the usual",
            _ => UnclearTitle(excess),
        };
    }

    private static string UnclearTitle(Excess excess)
    {
        var headline = excess.By(excess.Headline).Top;
        return headline.Count == 0
            ? $"{Number(excess.Count)} denies, {Number(excess.Typical)} expected"
            : $"Spike in denies: {Percent(headline[0].Share)} is {Named(excess.Headline, headline[0].Value)}";
    }

    private static string Who(Excess excess, LikelyCause cause)
    {
        var s = excess.Shape;
        var source = Percent(excess.ShareOf(Dimension.Source, s.TopSource));
        return cause switch
        {
            LikelyCause.HorizontalScan or LikelyCause.LateralMovement =>
                $"{source} of the excess is {s.TopSource} to {Port(s.TopPort)} on {Hosts(s.TopSourceDestinations)}",
            LikelyCause.VerticalScan =>
                $"{source} of the excess is {s.TopSource} to {Number(s.TopPairPorts)} ports on {s.TopDestination}",
            LikelyCause.DistributedScan =>
                $"{Number(s.Sources)} sources share the excess, {Share(Dimension.Port, s.TopPort)} of it to {Port(s.TopPort)}",
            LikelyCause.SuspiciousOutbound =>
                $"{source} of the excess is {s.TopSource} to {Outside(s)} on {Port(s.TopPort)}{Rhythm(s)}",
            LikelyCause.Flood or LikelyCause.ApplicationRetry =>
                $"{Share(Dimension.Destination, s.TopDestination)} of the excess is {Sources(s)} to {s.TopDestination} on {Port(s.TopPort)}{Rhythm(s)}",
            LikelyCause.NewFirewallRule or LikelyCause.LoggingChange when s.NewRuleShare >= 0.5 =>
                $"{Share(Dimension.Rule, s.TopRule)} of the excess is denied by {s.TopRule}, which denied nothing before",
            LikelyCause.NewFirewallRule =>
                $"{Share(Dimension.Port, s.TopPort)} of the excess is {Sources(s)} to {Port(s.TopPort)}, since a change of {s.TopFirewall}",
            LikelyCause.DiscoveryNoise =>
                $"{Share(Dimension.Port, s.TopPort)} of the excess is {Port(s.TopPort)}, multicast or name discovery",
            LikelyCause.LoggingChange => $"The mix is as usual and {Percent(s.PairedShare)} of events have a twin",
            LikelyCause.BackgroundRise => $"The mix is as usual, no source makes more than {source} of the excess",
            _ => excess.By(excess.Headline).Top is [var top, ..]
                ? $"{Percent(top.Share)} of the excess is {Named(excess.Headline, top.Value)}"
                : "No flows are at hand",
        };

        string Share(Dimension dimension, string? value) => Percent(excess.ShareOf(dimension, value));
    }

    private static string Named(Dimension dimension, string value) =>
        dimension switch
        {
            Dimension.Port => Port(value == Attribution.Absent ? null : value),
            Dimension.Rule => $"rule {value}",
            Dimension.Firewall => $"firewall {value}",
            _ when value == Attribution.Absent => "without a " + Word(dimension),
            _ => value,
        };

    private static string Word(Dimension dimension) =>
        dimension switch
        {
            Dimension.Source or Dimension.SourceNetwork => "source",
            Dimension.Destination => "destination",
            _ => "known owner or country",
        };

    private static string Port(string? port) =>
        int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? $"port {port}"
            : port ?? "any port";

    private static string Hosts(int hosts) => Plural(hosts, "host");

    private static bool IsOneSource(ExcessShape s) => s.Sources == 1 || s.TopSourceShare >= 0.5;

    private static string Sources(ExcessShape s) => IsOneSource(s) ? s.TopSource! : Plural(s.Sources, "source");

    private static string Outside(ExcessShape s) =>
        s.TopSourceDestinations > 1 ? $"{s.TopDestination} and {s.TopSourceDestinations - 1} more" : s.TopDestination!;

    private static string Rhythm(ExcessShape s) =>
        s is { Regularity: > 0.7, GapSeconds: >= 5 and { } gap } ? $" every {Number(gap)} s" : "";

    private static string Ratio(ExcessShape s) => s.Ratio.ToString("0.0", CultureInfo.InvariantCulture);

    internal static string Plural(int count, string noun) => count == 1 ? $"1 {noun}" : $"{Number(count)} {noun}s";

    private static string Percent(double share) => $"{Math.Round(share * 100)} %";

    private static string Number(double value) =>
        value.ToString(value < 10 ? "0.#" : "N0", CultureInfo.InvariantCulture);
}
