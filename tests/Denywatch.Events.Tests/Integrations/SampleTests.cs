using System.Text;
using Denywatch.Events.Integrations;

namespace Denywatch.Events.Tests.Integrations;

public sealed class SampleTests
{
    [Theory]
    [InlineData(
        "arista_ngfw",
        """
            Denied tcp 10.20.0.15:51123 > 192.0.2.80:443 58 @ peer 18:40:50
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:80 r1 @ peer 18:40:51
            -
            """
    )]
    [InlineData(
        "barracuda_cloudgen",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:445 BLOCKALL @ peer 18:40:50
            Denied udp 198.51.100.8:53 > 203.0.113.10:1900 BLOCKALL @ cgf1 18:40:51 x3
            Denied tcp 198.51.100.9:1024 > 203.0.113.10:22 NOSSH @ cgf1 18:40:52 x2
            Denied tcp 198.51.100.10 > 203.0.113.10:80  @ peer 18:40:53
            Allowed tcp 10.20.0.15:51200 > 192.0.2.80:443 LAN-2-INTERNET @ peer 18:40:54
            """
    )]
    [InlineData(
        "barracuda_waf",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:22 ssh-sources @ waf1 18:40:50
            Denied tcp 198.51.100.8:20835 > 203.0.113.80:443 shop @ waf1 18:40:51
            None tcp 198.51.100.8:20836 > 203.0.113.80:443 shop @ waf1 18:40:52
            -
            """
    )]
    [InlineData(
        "checkpoint",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:445 Cleanup rule @ 192.0.2.1 18:40:50
            Denied tcp 198.51.100.8:1024 > 203.0.113.10:80  @ 192.0.2.1 18:40:51
            Denied udp 198.51.100.9:1025 > 203.0.113.11:53  @ 192.0.2.1 18:40:51
            None tcp 198.51.100.7 > 203.0.113.10:80  @ 192.0.2.1 18:40:52
            Denied tcp 10.20.0.15:51123 > 192.0.2.80:25 No direct mail @ 192.0.2.2 18:40:53
            Allowed tcp 10.20.0.15:51200 > 192.0.2.81:443 Web out @ 192.0.2.2 18:40:54
            Change Install Policy by alice @ 192.0.2.3 18:40:55
            """
    )]
    [InlineData(
        "cisco_asa",
        """
            Denied tcp 198.51.100.7:50312 > 203.0.113.10:3389 outside_in @ edge-fw1 18:40:50
            Denied udp 10.20.0.15:51123 > 192.0.2.53:53 inside_out @ edge-fw1 18:40:51 x12
            Denied tcp 198.51.100.9:443 > 203.0.113.10:49152  @ peer 18:40:52
            Allowed tcp 192.0.2.80:443 > 10.20.0.15:51200  @ edge-fw1 18:40:53
            """
    )]
    [InlineData(
        "cisco_ios",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:23 outside-in @ 192.0.2.1 18:40:49
            Denied udp 198.51.100.8:53001 > 203.0.113.10:161 101 @ edge-rt1 18:40:51 x12
            Denied icmp 198.51.100.9 > 203.0.113.10 101 @ peer 18:40:52 x3
            Denied  198.51.100.10 >  10 @ peer 18:40:52 x4
            Denied tcp [2001:db8::7]:51123 > [2001:db8:1::10]:445 v6-in/20 @ peer 18:40:53 x2
            Denied gre 198.51.100.11 > 203.0.113.10 101 @ peer 18:40:53
            Allowed tcp 198.51.100.7:40113 > 203.0.113.10:443 101 @ peer 18:40:54
            Suppressed access-list logging was limited in rate by  @ peer 18:40:55 x18
            Denied tcp 198.51.100.7:40114 > 203.0.113.10:3389 out-in @ peer 18:40:56
            Denied udp 198.51.100.7:500 > 203.0.113.10:500 out-in:class-default @ peer 18:40:57
            Denied tcp 198.51.100.12:1024 > 203.0.113.10:22 edge-in @ peer 18:40:58
            Denied tcp 198.51.100.13:1025 > 203.0.113.10:80 nx-in @ peer 18:40:59 x5
            Change Configured from console by admin on vty0 (192.0.2.200) by admin @ peer 18:41:00
            """
    )]
    [InlineData(
        "cisco_meraki",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:23 deny (src 198.51.100.0/24) @ mx-branch 18:40:50
            Denied udp 10.20.0.15:51123 > 192.0.2.80:6881  @ mx-branch 18:40:51
            Denied icmp 10.20.0.15 > 10.30.0.1 deny all @ mx-branch 18:40:52
            Denied tcp 198.51.100.8:80 > 10.20.0.16:56391 1:1234:2 @ mx-branch 18:40:53
            Allowed tcp 198.51.100.8:80 > 10.20.0.16:56391 1:1235:4 @ mx-branch 18:40:54
            Allowed tcp 10.20.0.15:51200 > 192.0.2.81:443  @ mx-branch 18:40:55
            -
            """
    )]
    [InlineData(
        "elastic_defend",
        """
            None tcp 10.20.0.15:51123 > 203.0.113.10:443  @ laptop-7 18:40:50
            None tcp 10.20.0.15:51123 > 203.0.113.10:443  @ laptop-7 18:40:51
            """
    )]
    [InlineData(
        "f5_bigip",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:23 block-telnet @ bigip1.example.org 18:40:50
            Denied udp 198.51.100.8:40113 > 203.0.113.10:161 block-snmp @ bigip1.example.org 18:40:51
            Denied  198.51.100.9:40114 > 203.0.113.80:443 /Common/shop @ bigip1.example.org 18:40:52
            Allowed tcp 198.51.100.9:40115 > 203.0.113.80:443 web @ bigip1.example.org 18:40:53
            """
    )]
    [InlineData(
        "fortinet_fortigate",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:22 0 @ branch-fgt 18:40:50
            Denied tcp 10.20.0.15:51200 > 192.0.2.80:443 web-out @ branch-fgt 18:40:51
            Denied udp 198.51.100.8 > 203.0.113.10 1 @ branch-fgt 18:40:52 x7
            Allowed tcp 10.20.0.15:51201 > 192.0.2.81:443 7 @ branch-fgt 18:40:53
            """
    )]
    [InlineData(
        "iptables",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:23 UFW BLOCK @ web1 16:40:50
            Denied tcp 198.51.100.8:55555 > 203.0.113.10:8080 filter_IN_public_REJECT @ web1 18:40:51
            Denied udp 198.51.100.9:53 > 203.0.113.10:1900 nft-drop @ router 18:40:52
            Denied tcp 198.51.100.10:1234 > 203.0.113.10:22 WAN_LOCAL-2147483647 @ gateway 18:40:53
            """
    )]
    [InlineData(
        "juniper_srx",
        """
            Denied udp 198.51.100.7:40112 > 203.0.113.10:161 cleanup @ srx-edge 18:40:50
            Denied tcp 198.51.100.8:40113 > 203.0.113.10:3389 block-rdp @ srx-edge 18:40:51
            Denied icmp 198.51.100.9 > 203.0.113.10 default-policy @ srx-edge 18:40:52
            Denied tcp 198.51.100.10:1024 > 203.0.113.10:80  @ srx-edge 18:40:53
            None tcp 198.51.100.10:1025 > 203.0.113.10:81  @ srx-edge 18:40:54
            Denied udp 198.51.100.11:53 > 203.0.113.10:53  @ srx-edge 18:40:55
            Denied tcp 198.51.100.12:1026 > 203.0.113.10:80 IPS @ srx-edge 18:40:56
            Denied  10.20.0.15:51123 > 192.0.2.80:80  @ srx-edge 18:40:57
            Allowed tcp 10.20.0.15:51200 > 192.0.2.81:443 out @ srx-edge 18:40:58
            Denied tcp 198.51.100.13:1027 > 203.0.113.10:22  @ srx-edge 18:40:59 x5
            Change User 'alice': commit complete by alice @ srx-edge 18:41:00
            """
    )]
    [InlineData(
        "mikrotik",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:23 drop-wan @ mt-edge 18:40:50
            Denied udp 10.20.0.15:51123 > 192.0.2.80:6881 REJECT @ mt-edge 18:40:51
            Denied tcp [2001:db8::7]:40112 > [2001:db8:1::10]:22 drop6 @ mt-edge 18:40:51
            Denied icmp 198.51.100.8 > 203.0.113.10 drop-wan @ mt-edge 18:40:52
            None tcp 10.20.0.15:51200 > 192.0.2.81:443 new-conn @ mt-edge 18:40:53
            """
    )]
    [InlineData(
        "network_traffic",
        """
            Unanswered tcp 198.51.100.7:40112 > 203.0.113.10:445  @ span-1 18:40:50
            None tcp 10.20.0.15:51200 > 192.0.2.80:443  @ span-1 18:40:51
            """
    )]
    [InlineData(
        "panw_panos",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:445 block-inbound @ pa-edge 18:40:50
            Denied udp 10.20.0.15:51123 > 192.0.2.53:53 dns-out @ pa-edge 18:40:51 x3
            Denied tcp 10.20.0.15:51200 > 192.0.2.80:443 web-out @ pa-edge 18:40:52
            """
    )]
    [InlineData(
        "pfsense",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:3389 1000000103 @ pf1.example.org 16:40:50
            Denied udp [2001:db8::7]:5353 > [2001:db8:1::10]:161 02f4bab031b57d1e30553ce08e0ec131 @ opn1 18:40:51
            Allowed udp 10.20.0.15:51123 > 192.0.2.53:53 abc @ opn1 16:40:52
            """
    )]
    [InlineData(
        "sonicwall",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:3389 15 (WAN->WAN) @ hq-sonicwall 18:40:50
            Denied udp 198.51.100.8:53 > 203.0.113.10:1900  @ hq-sonicwall 18:40:51
            Denied tcp 198.51.100.9:1024 > 10.20.0.16:80  @ hq-sonicwall 18:40:52
            None tcp 198.51.100.9:1025 > 10.20.0.16:80  @ hq-sonicwall 18:40:53
            None  198.51.100.9:0 > 203.0.113.1:443  @ hq-sonicwall 18:40:54
            Allowed tcp 10.20.0.15:51200 > 192.0.2.80:443  @ hq-sonicwall 18:40:55
            Denied tcp [2001:db8::7]:40112 > [2001:db8:1::10]:22  @ hq-sonicwall 18:40:56
            Change Configuration succeeded: Access Rule by admin @ hq-sonicwall 18:40:57
            """
    )]
    [InlineData(
        "sophos_utm",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:23 60001 @ utm1 18:40:50
            Denied udp 10.20.0.15:51123 > 192.0.2.80:6881 7 @ utm1 18:40:51
            Denied tcp 198.51.100.8:1024 > 10.20.0.16:80 1234 @ utm1 18:40:52
            None tcp 198.51.100.8:1025 > 10.20.0.16:80 1235 @ utm1 18:40:53
            Denied  10.20.0.15 > 192.0.2.81  @ utm1 18:40:54
            None  198.51.100.9 >   @ utm1 18:40:55
            Allowed tcp 10.20.0.15:51200 > 192.0.2.80:443 3 @ utm1 18:40:56
            -
            """
    )]
    [InlineData(
        "sophos_xg",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:22 5 @ C000000000000001 18:40:50
            Denied tcp 198.51.100.8:40113 > 203.0.113.10:443 0 @ X000000000000002 18:40:51 x4
            Denied tcp 198.51.100.9:1024 > 10.20.0.16:80 example signature @ C000000000000001 18:40:52
            None tcp 198.51.100.9:1025 > 10.20.0.16:80 example signature @ C000000000000001 18:40:53
            None tcp 198.51.100.10:1026 > 203.0.113.25:25  @ C000000000000001 18:40:54
            Denied  198.51.100.11 > 203.0.113.80 3 @ C000000000000001 18:40:55
            Allowed tcp 10.20.0.15:51200 > 192.0.2.80:443 2 @ C000000000000001 18:40:56
            Change Firewall Rule 'block-ssh' was updated by 'admin' from '192.0.2.200' using 'GUI' by admin @ C000000000000001 18:40:57
            """
    )]
    [InlineData(
        "stormshield",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:22 block-in @ sns-edge 18:40:50
            Denied udp 198.51.100.8:53 > 203.0.113.10:53  @ sns-edge 18:40:51 x3
            Allowed icmp 10.20.0.15 > 192.0.2.80 4 @ sns-edge 18:40:52
            None  198.51.100.9 >   @ sns-edge 18:40:53
            Change CONFIG FILTER ACTIVATE by admin @ sns-edge 18:40:54
            """
    )]
    [InlineData(
        "symantec_endpoint",
        """
            Denied tcp 10.20.0.66:40112 > 10.20.0.15:3389 Block RDP @ client-1 18:39:21 x4
            Denied udp 10.20.0.16:51123 > 192.0.2.80:6881 No file sharing @ client-2 18:39:22
            Allowed tcp 10.20.0.16:51124 > 192.0.2.80:443 Allow all @ client-2 18:39:23
            -
            """
    )]
    [InlineData(
        "ulogd",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:23 nft-drop @ gw1 18:40:50
            Denied ipv6-icmp 2001:db8::7 > 2001:db8:1::10  @ gw1 18:40:51
            None tcp 198.51.100.8:40113 > 203.0.113.10:22 ssh @ gw1 18:40:52
            """
    )]
    [InlineData(
        "watchguard_firebox",
        """
            Denied tcp 198.51.100.7:40112 > 203.0.113.10:22 Unhandled External Packet-00 @ fb-edge 18:40:50
            Denied icmp 198.51.100.8 > 203.0.113.1 Ping (outside)-00 @ fb-edge 18:40:51
            Denied tcp 10.20.0.15:51123 > 192.0.2.80:80 HTTP-proxy-00 @ fb-edge 18:40:52
            Allowed tcp 10.20.0.15:51200 > 192.0.2.81:443 HTTPS-00 @ fb-edge 18:40:53
            -
            """
    )]
    public void Every_sample_line_gives_its_events(string name, string expected)
    {
        var integration = Catalogue.Find(name)!;
        var told = new StringBuilder();
        var reader = new EventReader();

        foreach (var line in Catalogue.SamplesOf(integration))
        {
            var (reading, events) = Parsing.Read(Encoding.UTF8.GetBytes(line), reader, "peer");
            Assert.Equal(name, reading.Integration);
            told.AppendJoin("", events.Select(read => Parsing.Told(read) + "\n"));
            if (events.Count == 0)
                told.Append("-\n");
        }

        Assert.Equal(expected.ReplaceLineEndings("\n").Trim(), told.ToString().Trim());
    }
}
