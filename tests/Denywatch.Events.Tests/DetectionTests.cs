using System.Text;
using Denywatch.Events.Integrations;
using Denywatch.Events.Syslog;

namespace Denywatch.Events.Tests;

public sealed class DetectionTests
{
    // Without tables, whose rows mean nothing before their header.
    private static readonly (string Integration, byte[] Line)[] Lines =
    [
        .. Catalogue
            .All.Where(integration => integration.Name != "counts_csv")
            .SelectMany(integration =>
                Catalogue.SamplesOf(integration).Select(line => (integration.Name, Encoding.UTF8.GetBytes(line)))
            ),
    ];

    [Fact]
    public void Of_shuffled_senders_every_line_is_read_by_its_own_integration_after_five_lines()
    {
        var random = new Random(42);
        var senders = new Dictionary<string, (EventReader Reader, int Lines)>(StringComparer.Ordinal);
        int right = 0,
            all = 0;

        for (var i = 0; i < 2000; i++)
        {
            var (name, line) = Lines[random.Next(Lines.Length)];
            var (reader, seen) = senders.GetValueOrDefault(name, (new EventReader(), 0));
            senders[name] = (reader, seen + 1);
            var (reading, events) = Parsing.Read(line, reader, "peer");
            if (seen < 5)
                continue;
            all++;
            right += (reading.Integration == name || Wraps(name)) && reading.Problem is null ? 1 : 0;
        }

        Assert.True(all > 1000);
        Assert.Equal(all, right);
    }

    [Fact]
    public void No_two_integrations_want_the_same_line_of_text()
    {
        // Of documents the order of the list decides: Amazon's hold a whole one of Suricata.
        foreach (var (name, line) in Lines.Where(sample => sample.Line[0] != '{' && !IsOfMany(sample.Integration)))
        {
            var read = SyslogHeader.Read(line, Parsing.Receipt("peer"));
            foreach (var integration in Catalogue.All.Where(other => !IsOfMany(other.Name)))
            {
                if (integration.Name != name)
                    Assert.False(
                        integration.ForSender().Recognises(read),
                        $"{integration.Name} wants a line of {name}: {Encoding.UTF8.GetString(line)}"
                    );
            }
        }
    }

    [Fact]
    public void A_sender_that_changes_its_format_is_followed()
    {
        var reader = new EventReader();

        foreach (var name in new[] { "cisco_asa", "fortinet_fortigate", "cisco_asa", "juniper_srx" })
        {
            var line = Lines.First(sample => sample.Integration == name).Line;
            Assert.Equal(name, Parsing.Read(line, reader).Reading.Integration);
        }
    }

    private static bool Wraps(string integration) => integration is "ecs" or "counts_csv";

    // Formats that many products speak.
    private static bool IsOfMany(string integration) => Wraps(integration) || integration is "cef" or "leef";
}
