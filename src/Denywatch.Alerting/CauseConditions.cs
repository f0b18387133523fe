namespace Denywatch.Alerting;

/// <summary>One condition of a cause.</summary>
/// <param name="Met">0 (not at all) to 1 (wholly).</param>
/// <param name="If">Completes "surer if ..." and "rather a flood if ...".</param>
internal sealed record Condition(double Met, string If);

/// <summary>
/// What each cause means, as conditions that are all needed: the least one met decides (a fuzzy "and"; Zadeh, 1965), so that
/// many small doubts do not add up to a great one, and the weakest link can be named. The origin of every threshold stands in
/// docs/causes.md.
/// </summary>
internal sealed class CauseConditions(Excess excess, IReadOnlyList<ConfigurationChange> changes)
{
    private readonly ExcessShape s = excess.Shape;

    public IReadOnlyList<Condition> Of(LikelyCause cause) =>
        cause switch
        {
            LikelyCause.HorizontalScan =>
            [
                OneSource,
                ManyHosts,
                MoreHostsThanPorts,
                FewTries,
                NotLateral,
                NotDiscovery,
            ],
            LikelyCause.VerticalScan => [OneSource, ManyPorts, MorePortsThanHosts, NotDiscovery],
            LikelyCause.DistributedScan =>
            [
                NoOneSource,
                ManySources,
                FromOutside,
                NotFlood,
                OtherMix,
                NotTwice,
                NotNewRule,
            ],
            LikelyCause.Flood => [ShareAtDestination, OnePort, FromOutside, FastAtDestination, NotNewRule],
            LikelyCause.ApplicationRetry =>
            [
                FewDestinations,
                OnePort,
                Repeats,
                NotFromOutside,
                NotNewOutside,
                NotManyHostsOrPorts,
                NotNewRule,
                NotDiscovery,
            ],
            LikelyCause.NewFirewallRule => [NewRule, SeveralClients, NotOneScanner, NotBroadNoise, NotDiscovery],
            LikelyCause.SuspiciousOutbound =>
            [
                OneSource,
                Outbound,
                FewHosts,
                NewOrRegular,
                NotManyPorts,
                NotNewRule,
                NotDiscovery,
            ],
            LikelyCause.LateralMovement =>
            [
                OneSource,
                Internal,
                LateralPorts,
                SeveralHosts,
                NotTooManyHosts,
                NotManyPorts,
                NotNewRule,
                NotDiscovery,
            ],
            LikelyCause.DiscoveryNoise => [Discovery],
            LikelyCause.LoggingChange => Least(Duplicate) >= Least(NewlyLogged) ? Duplicate : NewlyLogged,
            _ => [NoOneSource, ManySources, SameMix, NotTwice, NotOneDestination, NotNewRule, NotDiscovery],
        };

    public static double Least(IEnumerable<Condition> conditions) => conditions.Min(condition => condition.Met);

    private Condition[] Duplicate => [NotOtherMix, Twice, OneFirewall, NoOneSource, NotOneDestination];

    private Condition[] NewlyLogged => [NewRule, BroadNoise, NoOneSource, ManySources];

    // Who.

    private double One => Math.Min(Rise(s.SourceKnown, 0.3, 0.6), Rise(s.TopSourceShare, 0.25, 0.5));

    private Condition OneSource => new(One, $"one source made most of the excess{Now(Dimension.Source, s.TopSource)}");

    private Condition NoOneSource =>
        new(
            Math.Min(Rise(s.SourceKnown, 0.3, 0.6), 1 - Rise(s.TopSourceShare, 0.25, 0.5)),
            $"no source stood out{Now(Dimension.Source, s.TopSource)}"
        );

    private Condition ManySources =>
        new(
            Math.Min(Rise(s.SourceKnown, 0.3, 0.6), RiseLog(s.Sources, 5, 50)),
            $"more sources took part (now {s.Sources})"
        );

    private Condition SeveralClients => new(Several, $"more clients were denied (now {s.Sources})");

    private double Several => Math.Min(Rise(s.SourceKnown, 0.3, 0.6), RiseLog(s.EffectiveSources, 1.5, 4));

    // Where to.

    private double Hosts => Math.Min(Rise(s.DestinationKnown, 0.3, 0.6), RiseLog(s.TopSourceDestinations, 4, 25));
    private double PortsTried => Math.Min(Rise(s.PortKnown, 0.3, 0.6), RiseLog(s.TopPairPorts, 4, 15));

    private Condition ManyHosts => new(Hosts, $"{s.TopSource} tried more hosts (now {s.TopSourceDestinations})");

    private Condition ManyPorts =>
        new(PortsTried, $"{s.TopSource} tried more ports on one host (now {s.TopPairPorts})");

    private Condition MoreHostsThanPorts =>
        new(
            RiseLog(s.TopSourceDestinations / (double)Math.Max(1, s.TopPairPorts), 1, 3),
            $"it tried many hosts on few ports (now {s.TopSourceDestinations} hosts, {s.TopPairPorts} ports on one)"
        );

    private Condition MorePortsThanHosts =>
        new(
            RiseLog(s.TopPairPorts / (double)Math.Max(1, s.TopSourceDestinations), 1, 3),
            $"it tried many ports on few hosts (now {s.TopPairPorts} ports on one, {s.TopSourceDestinations} hosts)"
        );

    private Condition FewTries =>
        new(
            1 - RiseLog(s.Weight * s.TopSourceShare / Math.Max(1, s.TopSourceDestinations), 30, 150),
            "each host was tried only a few times"
        );

    private Condition FewHosts =>
        new(1 - RiseLog(s.TopSourceDestinations, 8, 25), $"it called fewer hosts (now {s.TopSourceDestinations})");

    private Condition SeveralHosts =>
        new(
            Math.Min(Rise(s.DestinationKnown, 0.3, 0.6), RiseLog(s.TopSourceDestinations, 1.5, 3)),
            $"it tried more inside hosts (now {s.TopSourceDestinations})"
        );

    private double TooManyToVisit => RiseLog(s.TopSourceDestinations, 25, 100);

    private Condition NotTooManyHosts =>
        new(1 - TooManyToVisit, $"it tried fewer hosts (now {s.TopSourceDestinations})");

    private Condition NotManyPorts => new(1 - PortsTried, $"it tried fewer ports (now {s.TopPairPorts})");

    private Condition NotManyHostsOrPorts =>
        new(1 - Math.Max(PortsTried, One * Hosts), "it stayed with one host and one port");

    private double AtDestination => Rise(s.TopDestinationShare, 0.4, 0.7) * Rise(s.DestinationKnown, 0.3, 0.6);

    private Condition ShareAtDestination => new(AtDestination, MoreAtDestination);

    /// <summary>A client that keeps trying may know two or three servers.</summary>
    private Condition FewDestinations =>
        new(
            Math.Max(
                AtDestination,
                Rise(s.DestinationKnown, 0.3, 0.6) * (1 - RiseLog(Math.Max(1, s.EffectiveDestinations), 2, 6))
            ),
            MoreAtDestination
        );

    private string MoreAtDestination =>
        $"more of it went to one destination{Now(Dimension.Destination, s.TopDestination)}";

    /// <summary>More than its usual part: a firewall with one public address has everything there.</summary>
    private double AtOneDestination =>
        Rise(s.TopDestinationShare * (1 - s.UsualTopDestinationShare), 0.4, 0.7) * Rise(s.DestinationKnown, 0.3, 0.6);

    private Condition NotOneDestination =>
        new(1 - AtOneDestination, $"it went to more destinations{Now(Dimension.Destination, s.TopDestination)}");

    private Condition OnePort =>
        new(
            Rise(s.TopPortShare, 0.4, 0.7) * Rise(s.PortKnown, 0.3, 0.6),
            $"more of it went to one port{Now(Dimension.Port, s.TopPort)}"
        );

    private Condition LateralPorts =>
        new(Rise(s.LateralPortShare, 0.4, 0.7), "it went to ports of remote control or file sharing");

    // Which way.

    private Condition FromOutside => new(Rise(s.InboundShare, 0.4, 0.7), "it came from outside");

    private Condition Outbound => new(Rise(s.OutboundShare, 0.4, 0.7), "it went from inside to outside");

    private Condition Internal => new(Rise(s.InternalShare, 0.4, 0.7), "it stayed inside");

    /// <summary>A partner's client retries from outside, too, but not fast.</summary>
    private Condition NotFromOutside =>
        new(Math.Max(1 - Rise(s.InboundShare, 0.4, 0.7), 0.6 * (1 - Fast)), "the clients were inside");

    // How.

    private double Fast => RiseLog(s.TopDestinationRate, 0.1, 1);

    private Condition NotFlood =>
        new(
            1 - Math.Min(Fast, Math.Min(AtDestination, Rise(s.TopPortShare, 0.4, 0.7))),
            $"it went to more destinations{Now(Dimension.Destination, s.TopDestination)}, or came slower"
        );

    private Condition FastAtDestination =>
        new(Fast, $"more came at once (now {s.TopDestinationRate:0.##} denies a second at {s.TopDestination})");

    private Condition Repeats =>
        new(RiseLog(s.AttemptsPerTriple, 3, 7), $"each client tried more often (now {s.AttemptsPerTriple:0.#} times)");

    private double Clock => Rise(s.Regularity, 0.4, 0.8);

    private Condition NewOrRegular =>
        new(
            Math.Max(0.75 * Rise(s.NewDestinationShare, 0.4, 0.7) + 0.25 * Clock, 0.75 * Clock),
            $"it called like a clock (regularity now {s.Regularity:0.00}), or places never called before"
        );

    /// <summary>A retry to a service that was never called before is suspicious, if one or two machines do it.</summary>
    private Condition NotNewOutside =>
        new(
            1 - 0.8 * Rise(s.OutboundShare, 0.4, 0.7) * Rise(s.NewDestinationShare, 0.4, 0.7) * One,
            "more clients called, or the destination was known"
        );

    // Is it more of the same, or something else?

    private double Same => Rise(s.MixSimilarity, 0.4, 0.7);

    private Condition SameMix => new(Same, $"the ports were the usual ones (likeness now {s.MixSimilarity:0.00})");

    private Condition OtherMix => new(1 - Same, $"the ports were unusual ones (likeness now {s.MixSimilarity:0.00})");

    /// <summary>A copy of nearly everything tells more than the ports do, which a few hundred denies show only roughly.</summary>
    private Condition NotOtherMix =>
        new(Rise(s.MixSimilarity, 0.2, 0.5), $"the ports were the usual ones (likeness now {s.MixSimilarity:0.00})");

    /// <summary>Twins within seconds, or twice as many denies of each flow: a copy, or each packet where sessions were logged.</summary>
    private double Doubled =>
        Math.Max(Rise(s.PairedShare - s.UsualPairedShare, 0.3, 0.6), RiseLog(Math.Max(1, s.Repetition), 1.25, 1.75));

    private Condition Twice =>
        new(
            Doubled,
            $"more events came twice (now {s.PairedShare * 100:0} %, and {s.Repetition:0.0} times the usual denies of each flow)"
        );

    private Condition NotTwice => new(1 - Doubled, "events came only once");

    private Condition OneFirewall =>
        new(Rise(s.TopFirewallShare, 0.5, 0.8), $"it was one firewall{Now(Dimension.Firewall, s.TopFirewall)}");

    private double Discovering => Rise(s.DiscoveryShare, 0.4, 0.7);

    private Condition Discovery => new(Discovering, "more of it was multicast, broadcast or name discovery");

    private Condition NotDiscovery => new(1 - Discovering, "it was not multicast, broadcast or name discovery");

    /// <summary>Where rules have no names, or the changed one keeps its own, a known change speaks for it.</summary>
    private double RuleChanged =>
        Math.Max(
            Rise(s.NewRuleShare, 0.4, 0.7),
            changes.Count > 0 ? 0.7 * Rise(s.NewDestinationShare, 0.4, 0.7) * (1 - Rise(s.InboundShare, 0.4, 0.7)) : 0
        );

    private Condition NewRule =>
        new(
            RuleChanged,
            s.RuleKnown < 0.5
                ? "the log named the firewall rule"
                : "the firewall rule had denied nothing before, or a change of it were known"
        );

    private Condition NotNewRule =>
        new(1 - 0.8 * Math.Min(RuleChanged, Several), "the firewall rule had been denying before");

    private Condition NotOneScanner =>
        new(1 - One * Math.Max(Hosts, PortsTried), "it were not one source that tries many hosts or ports");

    /// <summary>Internet noise as every address sees it: what a rule that was already denying logs from now on.</summary>
    private double Broad => Math.Min(Rise(s.InboundShare, 0.4, 0.7), RiseLog(s.EffectivePorts, 5, 15));

    private Condition BroadNoise => new(Broad, $"it were noise from outside on more ports (now {s.Ports})");

    private Condition NotBroadNoise => new(1 - Broad, "it went to fewer services");

    private Condition NotLateral =>
        new(
            1 - Rise(s.InternalShare, 0.4, 0.7) * Rise(s.LateralPortShare, 0.4, 0.7) * (1 - TooManyToVisit),
            $"it tried more hosts (now {s.TopSourceDestinations}), or other ports than those of remote control"
        );

    private string Now(Dimension dimension, string? value) =>
        value is null ? "" : $" ({value} has {excess.ShareOf(dimension, value) * 100:0} %)";

    /// <summary>0 at or below <paramref name="low"/>, 1 at or above <paramref name="high"/>, straight between.</summary>
    private static double Rise(double value, double low, double high) => Math.Clamp((value - low) / (high - low), 0, 1);

    /// <summary>The same for counts, where 10 to 20 is as far as 100 to 200.</summary>
    private static double RiseLog(double value, double low, double high) =>
        Rise(Math.Log(Math.Max(value, 1e-3)), Math.Log(low), Math.Log(high));
}
