using System.Text;

namespace Denywatch.Events.Tests.Integrations;

/// <summary>Lines beside the samples: other versions, relays, IPv6, ICMP, missing fields, words that are no denies.</summary>
public sealed class VariantTests
{
    [Theory]
    [InlineData(
        "<188>date=2010-05-05 time=18:40:50 devname=fgt devid=FG1 logid=0038000007 type=traffic subtype=violation src=198.51.100.7 src_port=40112 dst=203.0.113.10 dst_port=23 proto=6 status=deny policyid=3",
        "Denied tcp 198.51.100.7:40112 > 203.0.113.10:23 3 @ fgt 18:40:50"
    )]
    [InlineData(
        "<14>May  5 18:40:50 pa-edge 1,2024/05/05 18:40:50,0123,THREAT,vulnerability,2816,2024/05/05 18:40:50,198.51.100.7,203.0.113.10,,,in,,,web-browsing,vsys1,untrust,dmz,ethernet1/1,ethernet1/3,fwd,2024/05/05 18:40:50,0,3,40112,80,0,0,0x0,tcp,drop-all-packets,\"x\",Generic(1),any,high,client-to-server,1,0x0",
        "Denied tcp 198.51.100.7:40112 > 203.0.113.10:80 in @ pa-edge 18:40:50 x3"
    )]
    [InlineData(
        "<14>May  5 18:40:50 pa-edge 1,2024/05/05 18:40:50,0123,THREAT,spyware,2816,2024/05/05 18:40:50,198.51.100.7,203.0.113.10,,,in,,,web-browsing,vsys1,untrust,dmz,ethernet1/1,ethernet1/3,fwd,2024/05/05 18:40:50,0,1,80,1024,0,0,0x0,tcp,alert,\"x\",Generic(1),any,high,server-to-client,1,0x0",
        "None tcp 198.51.100.7:80 > 203.0.113.10:1024 in @ pa-edge 18:40:50"
    )]
    [InlineData(
        "0 6 PVEFW-HOST-IN 05/May/2024:18:40:50 +0000 policy DROP: IN=vmbr0 MAC=00:00:5e:00:53:01 SRC=198.51.100.7 DST=203.0.113.10 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=1 DF PROTO=TCP SPT=40112 DPT=8006 SYN",
        "Denied tcp 198.51.100.7:40112 > 203.0.113.10:8006 PVEFW-HOST-IN @ peer 18:40:50"
    )]
    [InlineData(
        "101 6 tap101i0-IN 05/May/2024:18:40:50 +0000 ACCEPT: IN=fwbr101i0 OUT=fwbr101i0 SRC=198.51.100.7 DST=203.0.113.10 LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=1 DF PROTO=TCP SPT=40112 DPT=22 SYN",
        "Allowed tcp 198.51.100.7:40112 > 203.0.113.10:22 tap101i0-IN @ peer 18:40:50"
    )]
    [InlineData(
        "May 05 2024 18:40:50 fw1 : %ASA-5-415006: HTTP - matched Class 22: URI length exceeded in policy-map web, Dropping connection from outside:198.51.100.7/40112 to dmz:203.0.113.10/80",
        "Denied  198.51.100.7:40112 > 203.0.113.10:80  @ fw1 18:40:50"
    )]
    [InlineData(
        "May 05 2024 18:40:50 fw1 : %ASA-5-415006: HTTP - matched Class 22: URI length exceeded in policy-map web, connection logged from outside:198.51.100.7/40112 to dmz:203.0.113.10/80",
        ""
    )]
    [InlineData(
        "<166>:May 05 18:40:50 UTC: %ASA-session-4-418001: Through-the-device packet to/from management-only network is denied: udp src mgmt:198.51.100.7/40112 dst inside:203.0.113.10/161",
        "Denied udp 198.51.100.7:40112 > 203.0.113.10:161  @ peer 18:40:50"
    )]
    [InlineData(
        "<189>4711: May  5 18:40:50: %SEC-6-IPACCESSLOGP: list out-in denied tcp 198.51.100.7(40112) (Serial0/0/0 ) -> 203.0.113.10(22), 1 packet",
        "Denied tcp 198.51.100.7:40112 > 203.0.113.10:22 out-in @ peer 18:40:50"
    )]
    [InlineData(
        "<189>4711: May  5 18:40:50: %SEC-6-IPACCESSLOGP: list out-in denied udp 198.51.100.7(0) -> 203.0.113.10(0), 4 packets",
        "Denied udp 198.51.100.7:0 > 203.0.113.10:0 out-in @ peer 18:40:50 x4"
    )]
    [InlineData(
        "<189>4711: May  5 18:40:50 CEST: %IPV6_ACL-6-ACCESSLOGDP: list v6 denied icmpv6 2001:db8::1 -> 2001:db8::2 (128/0), 7 packets",
        "Denied ipv6-icmp 2001:db8::1 > 2001:db8::2 v6 @ peer 16:40:50 x7"
    )]
    [InlineData(
        "<189>4711: May  5 18:40:50: %SEC-6-IPACCESSLOGP: list 101 denied tcp 198.51.100.7(40112) -> 203.0.113.10(22), 1 packet  [0x1234]",
        "Denied tcp 198.51.100.7:40112 > 203.0.113.10:22 101 @ peer 18:40:50"
    )]
    [InlineData(
        "<189>4711: .May  5 18:40:50.123: %FW-6-LOG_SUMMARY: 5 tcp packets were dropped from 198.51.100.7:1024 => 203.0.113.10:80 (target:class)-(zp-in:class-default)",
        "Denied tcp 198.51.100.7:1024 > 203.0.113.10:80 zp-in:class-default @ peer 18:40:50 x5"
    )]
    [InlineData(
        "<189>4711: May  5 18:40:50: %FW-6-DROP_PKT: Dropping icmp pkt 198.51.100.7:0 203.0.113.10:0 due to  policy match failure with ip ident 0",
        "Denied icmp 198.51.100.7 > 203.0.113.10  @ peer 18:40:50"
    )]
    [InlineData(
        "<189>4711: May  5 18:40:50: %FW-6-DROP_PKT: Dropping Other pkt 198.51.100.7:0 => 203.0.113.10:0 (target:class)-(in-out:class-default) due to Policy drop:classify result with ip ident 0",
        "Denied  198.51.100.7 > 203.0.113.10 in-out:class-default @ peer 18:40:50"
    )]
    [InlineData(
        "<189>4711: May  5 18:40:50: %FW-6-DROP_PKT: Dropping http session 198.51.100.7:1024 203.0.113.10:80 on zone-pair a-b class c due to  RST inside current window with ip ident 0 tcpflags 0x5004",
        "Denied  198.51.100.7:1024 > 203.0.113.10:80 a-b @ peer 18:40:50"
    )]
    [InlineData(
        "<134>May  5 18:40:50 meraki-mx 1714934450.429996761 meraki-mx flows src=198.51.100.7 dst=203.0.113.10 protocol=tcp sport=40112 dport=23 pattern: deny all",
        "Denied tcp 198.51.100.7:40112 > 203.0.113.10:23 deny all @ meraki-mx 18:40:50"
    )]
    [InlineData(
        "<134>1 1714934450.429996761 mx l7_firewall src=10.1.1.1 dst=203.0.113.10 protocol=tcp sport=40112 dport=443 decision=blocked",
        "Denied tcp 10.1.1.1:40112 > 203.0.113.10:443  @ mx 18:40:50"
    )]
    [InlineData(
        "<134>1 1714934450.429996761 mx ip_flow_start src=10.1.1.1 dst=203.0.113.10 protocol=tcp sport=40112 dport=443 translated_src_ip=1.2.3.4 translated_port=40112",
        "Allowed tcp 10.1.1.1:40112 > 203.0.113.10:443  @ mx 18:40:50"
    )]
    [InlineData(
        "<134>1 1714934450.429996761 mx security_event security_filtering_file_scanned url=http://x/ src=10.1.1.1:53150 dst=203.0.113.80:80 mac=00:00:5E:00:53:01 name='x' sha256=aa disposition=malicious action=block",
        "Denied  10.1.1.1:53150 > 203.0.113.80:80  @ mx 18:40:50"
    )]
    [InlineData(
        "<14>May  5 18:40:50 srx RT_FLOW - RT_FLOW_SESSION_DENY [junos@2636.1.1.1.2.40 source-address=\"198.51.100.7\" source-port=\"1\" destination-address=\"203.0.113.10\" destination-port=\"22\" protocol-id=\"6\" policy-name=\"p1\"]",
        "Denied tcp 198.51.100.7:1 > 203.0.113.10:22 p1 @ srx 18:40:50"
    )]
    [InlineData(
        "<14>1 2024-05-05T18:40:50Z srx RT_FLOW - RT_FLOW_SESSION_DENY - session denied 2001:db8::7/1024->2001:db8:1::10/22 0x0 junos-ssh 6(0) deny-all untrust trust UNKNOWN UNKNOWN N/A(N/A) ge-0/0/0.0 UNKNOWN policy deny",
        "Denied tcp [2001:db8::7]:1024 > [2001:db8:1::10]:22 deny-all @ srx 18:40:50"
    )]
    [InlineData(
        "<14>1 2024-05-05T18:40:50Z srx RT_IDS - RT_SCREEN_SESSION_LIMIT [junos@2636.1.1.1.2.40 attack-name=\"Dst IP session limit!\" destination-address=\"203.0.113.10\" source-zone-name=\"untrust\" interface-name=\"ge-0/0/0.0\" action=\"drop\"]",
        "Denied   > 203.0.113.10  @ srx 18:40:50"
    )]
    [InlineData(
        "<14>1 2024-05-05T18:40:50Z srx RT_SECINTEL - SECINTEL_ACTION_LOG [junos@2636.1.1.1.2.40 category=\"secintel\" sub-category=\"CC\" action=\"BLOCK\" action-detail=\"DROP\" source-address=\"198.51.100.7\" source-port=\"1024\" destination-address=\"203.0.113.10\" destination-port=\"22\" protocol-id=\"6\" policy-name=\"cc_policy\"]",
        "Denied tcp 198.51.100.7:1024 > 203.0.113.10:22 cc_policy @ srx 18:40:50"
    )]
    [InlineData(
        "<12>1 2024-05-05T18:40:50Z srx RT_UTM - AV_HUGE_FILE_DROPPED_MT [junos@2636.1.1.1.2.40 source-address=\"198.51.100.7\" source-port=\"80\" destination-address=\"203.0.113.10\" destination-port=\"1024\" filename=\"x\"]",
        "Denied  198.51.100.7:80 > 203.0.113.10:1024  @ srx 18:40:50"
    )]
    [InlineData(
        "<12>1 2024-05-05T18:40:50Z srx RT_UTM - ANTISPAM_SPAM_DETECTED_MT [junos@2636.1.1.1.2.40 source-zone=\"t\" source-address=\"198.51.100.7\" action=\"drop\" reason=\"x\"]",
        "None  198.51.100.7 >   @ srx 18:40:50"
    )]
    [InlineData(
        "<134>id=fw1 sn=1 time=\"2024-05-05 18:40:50\" fw=203.0.113.1 pri=6 c=1024 m=97 app=49177 n=1 src=10.1.1.1:1024:X0 dst=203.0.113.80:80:X1 proto=tcp/http op=GET result=403 dstname=x arg=/ code=14 Category=\"x\"",
        "None tcp 10.1.1.1:1024 > 203.0.113.80:80  @ fw1 18:40:50"
    )]
    [InlineData(
        "<134>id=fw1 sn=1 time=\"2024-05-05 18:40:50\" fw=203.0.113.1 pri=1 c=16 m=14 msg=\"Web site access denied\" n=2 src=10.1.1.1:1024:X0 dst=203.0.113.80:80:X1 dstname=x code=64",
        "Denied  10.1.1.1:1024 > 203.0.113.80:80  @ fw1 18:40:50"
    )]
    [InlineData(
        "<134>id=fw1 sn=1 time=\"2024-05-05 18:40:50\" fw=203.0.113.1 pri=1 c=32 m=82 msg=\"Possible port scan detected\" n=2 src=10.1.1.1:1024:X0 dst=203.0.113.80:80:X1 note=\"TCP scanned port list, 1\"",
        "None  10.1.1.1:1024 > 203.0.113.80:80  @ fw1 18:40:50"
    )]
    [InlineData(
        "<134>id=fw1 sn=1 time=\"2024-05-05 18:40:50\" fw=203.0.113.1 pri=1 c=0 m=1198 msg=\"Initiator from country blocked: 0.0.0.0, Country Name:x\" n=2 src=198.51.100.7:1024:X1 dst=203.0.113.80:80:X1 proto=tcp/http",
        "Denied tcp 198.51.100.7:1024 > 203.0.113.80:80  @ fw1 18:40:50"
    )]
    [InlineData(
        "<134>id=fw1 sn=1 time=\"2024-05-05 18:40:50\" fw=203.0.113.1 pri=6 c=1024 m=1254 msg=\"ICMPv6 packet allowed\" srcV6=2001:db8::7 src=::8:X1 dstV6=2001:db8::8 dst=::129:X0 type=128 icmpCode=0 proto=ipv6-icmp",
        "Allowed ipv6-icmp 2001:db8::7 > 2001:db8::8  @ fw1 18:40:50"
    )]
    [InlineData(
        "<30>device_name=\"SFW\" timestamp=\"2024-05-05T18:40:50+0530\" device_model=\"XG\" device_serial_id=\"S1\" log_id=\"010101600001\" log_type=\"Firewall\" log_component=\"Firewall Rule\" log_subtype=\"Dropped\" fw_rule_id=\"5\" fw_rule_name=\"block\" src_ip=\"198.51.100.7\" dst_ip=\"203.0.113.10\" protocol=\"ICMPv6\" icmp_type=8",
        "Denied ipv6-icmp 198.51.100.7 > 203.0.113.10 block @ S1 13:10:50"
    )]
    [InlineData(
        "<30>device=\"SFW\" date=2024-05-05 time=18:40:50 timezone=\"IST\" device_name=\"XG\" device_id=S1 log_id=062511418055 log_type=\"Event\" log_component=\"SSL VPN Authentication\" log_subtype=\"Authentication\" status=\"Failed\" user_name=\"x\" src_ip=198.51.100.7 message=\"User x failed to login\"",
        "None  198.51.100.7 >   @ S1 18:40:50"
    )]
    [InlineData(
        "<141>May  5 18:40:50 fb 80BE firewall: msg_id=\"3000-0148\" Deny 0-External 1-Trusted 60 udp 20 54 2001:db8::7 2001:db8:1::10 40112 53 (Unhandled External Packet-00)",
        "Denied udp [2001:db8::7]:40112 > [2001:db8:1::10]:53 Unhandled External Packet-00 @ fb 18:40:50"
    )]
    [InlineData(
        "<141>May  5 18:40:50 fb 80BE (2024-05-05T18:40:50) firewall: msg_id=\"3000-0148\" Deny My Ext LAN 2 60 igmp 24 1 198.51.100.7 224.0.0.1 (Unhandled External Packet-00)",
        "Denied igmp 198.51.100.7 > 224.0.0.1 Unhandled External Packet-00 @ fb 18:40:50"
    )]
    [InlineData(
        "<134>May  5 18:40:50 cp-gw CheckPoint[1930]: [action:\"Prevent\"; loguid:\"{0x1,0x2,0x3,0x4}\"; origin:\"192.0.2.1\"; src:\"198.51.100.7\"; dst:\"203.0.113.10\"; service:\"http\"; proto:\"tcp\"; s_port:\"1024\"; product:\"SmartDefense\"; protection_name:\"x\\]y\\\"z\"]",
        "Denied tcp 198.51.100.7:1024 > 203.0.113.10  @ 192.0.2.1 18:40:50"
    )]
    [InlineData(
        "<134>1 2024-05-05T18:40:50Z cp CheckPoint 1 - [action:\"Block\"; UserCheck:\"1\"; loguid:\"{0x1,0x2,0x3,0x4}\"; origin:\"192.0.2.1\"; src:\"2001:db8::7\"; dst:\"2001:db8:1::10\"; service:\"443\"; proto:\"58\"; s_port:\"0\"; rule:\"7\"]",
        "Denied ipv6-icmp 2001:db8::7 > 2001:db8:1::10 7 @ 192.0.2.1 18:40:50"
    )]
    [InlineData(
        "May  5 18:40:50 mt firewall,info input: in:ether1 out:(unknown 0), connection-state:invalid src-mac 00:00:5e:00:53:01, proto TCP (ACK,RST), 198.51.100.7:80->203.0.113.10:1024, len 40",
        "None tcp 198.51.100.7:80 > 203.0.113.10:1024 input @ mt 18:40:50"
    )]
    [InlineData(
        "firewall,info MikroTik: DROP INPUT input: in:pppoe-out1 out:(unknown 0), proto UDP, 198.51.100.7:53->203.0.113.10:1024, len 60",
        "Denied udp 198.51.100.7:53 > 203.0.113.10:1024 MikroTik: DROP INPUT @ peer "
    )]
    [InlineData(
        "<134>May  5 18:40:50 sns id=firewall time=\"2024-05-05 20:40:50\" fw=\"sns\" tz=+0200 startime=\"2024-05-05 20:40:50\" pri=4 srcif=\"Ethernet0\" srcifname=\"out\" ipproto=tcp proto=http src=2001:db8::7 srcport=1024 dst=203.0.113.10 dstport=80 ipv=6 action=block msg=\"Packet blocked\" class=filter alarmid=90 logtype=\"alarm\"",
        "Denied tcp [2001:db8::7]:1024 > 203.0.113.10:80  @ sns 18:40:50"
    )]
    public void A_variant_of_a_products_line_is_read(string line, string told)
    {
        var (reading, events) = Parsing.Read(Encoding.UTF8.GetBytes(line), new EventReader(), "peer");

        Assert.Null(reading.Problem);
        Assert.Equal(told, string.Join(" & ", events.Select(Parsing.Told)));
    }
}
