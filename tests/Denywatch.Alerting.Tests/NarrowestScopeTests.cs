namespace Denywatch.Alerting.Tests;

public sealed class NarrowestScopeTests
{
    [Fact]
    public void A_scan_is_its_source_and_port()
    {
        var excess = Attribution.Of([.. Flows.Background(), .. Flows.Scan()], Flows.Week(), 1);

        Assert.Equal("source 10.2.3.4, port 445", NarrowestScope.Of(excess)!.ToString());
    }

    [Fact]
    public void Many_ports_of_one_source_are_its_firewall_rule()
    {
        var ports = Enumerable.Range(1, 400).Select(i => Flows.Flow("192.0.2.9", "198.51.100.30", 1000 + i, 2));

        Assert.Equal(
            "source 192.0.2.9, firewall rule deny-all",
            NarrowestScope.Of(Attribution.Of([.. Flows.Background(), .. ports], Flows.Week(), 1))!.ToString()
        );
    }

    [Fact]
    public void Many_sources_are_what_they_have_in_common()
    {
        var clients = Enumerable
            .Range(0, 50)
            .Select(i => Flows.Flow($"192.0.2.{1 + i}", "198.51.100.30", 443, 120, rule: "deny-web"));

        Assert.Equal(
            "destination 198.51.100.30, port 443, firewall fw-1, firewall rule deny-web",
            NarrowestScope.Of(Attribution.Of([.. Flows.Background(), .. clients], Flows.Week(), 1))!.ToString()
        );
    }

    [Fact]
    public void What_has_nothing_in_common_but_the_firewall_has_no_narrow_scope()
    {
        var all = Enumerable
            .Range(0, 300)
            .Select(i =>
                Flows.Flow(
                    $"{20 + i % 150}.{i % 200}.1.1",
                    $"198.51.{i % 60}.{i % 100}",
                    1000 + i * 37 % 500,
                    5,
                    rule: $"r{i % 9}"
                )
            );

        Assert.Null(NarrowestScope.Of(Attribution.Of([.. all], [], 1)));
    }
}
