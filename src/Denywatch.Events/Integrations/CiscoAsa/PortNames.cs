using Denywatch.Events.Text;

namespace Denywatch.Events.Integrations.CiscoAsa;

/// <summary>Names that ASA writes in place of port numbers (CLI guide, "TCP and UDP ports").</summary>
internal static class PortNames
{
    public static int? Of(ReadOnlySpan<byte> name)
    {
        if (name.Length is < 2 or > 16)
            return null;
        return Words.LowerOf(name) switch
        {
            "ftp-data" => 20,
            "ftp" => 21,
            "ssh" => 22,
            "telnet" => 23,
            "smtp" => 25,
            "domain" => 53,
            "bootps" => 67,
            "bootpc" => 68,
            "tftp" => 69,
            "www" or "http" => 80,
            "pop3" => 110,
            "sunrpc" => 111,
            "ntp" => 123,
            "netbios-ns" => 137,
            "netbios-dgm" => 138,
            "netbios-ssn" => 139,
            "imap4" => 143,
            "snmp" => 161,
            "snmptrap" => 162,
            "bgp" => 179,
            "ldap" => 389,
            "https" => 443,
            "isakmp" => 500,
            "syslog" => 514,
            "rip" => 520,
            "ldaps" => 636,
            "sqlnet" => 1521,
            "h323" => 1720,
            "pptp" => 1723,
            "radius" => 1645,
            "radius-acct" => 1646,
            "nfs" => 2049,
            "sip" => 5060,
            _ => null,
        };
    }
}
