using System.Text;
using Denywatch.Events.Integrations;

namespace Denywatch.Events.Tests.Integrations;

public sealed class CatalogueTests
{
    public static TheoryData<string> Names => [.. Catalogue.All.Select(integration => integration.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_integration_brings_a_guide_and_samples_that_it_reads(string name)
    {
        var integration = Catalogue.Find(name)!;
        var reader = new EventReader();
        var events = new List<FirewallEvent>();

        var guide = Catalogue.GuideOf(integration);
        Assert.Contains($"\n# {integration.Title}", guide, StringComparison.Ordinal);
        foreach (var sample in Catalogue.SamplesOf(integration))
            Assert.Null(reader.Read(Encoding.UTF8.GetBytes(sample), Parsing.Receipt("peer"), events).Problem);

        // What watches and decides nothing says so in its guide.
        if (!guide.Contains("\n## Why the second lamp stays amber", StringComparison.Ordinal))
            Assert.Contains(events, read => read.Verdict is Verdict.Denied);
        Assert.All(events, read => Assert.NotNull(read.Timestamp));
        Assert.All(events, read => Assert.NotNull(read.Observer));
    }
}
