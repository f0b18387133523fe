using System.Net;
using Denywatch.Events.Enrichment;
using Denywatch.Events.Exceptions;

namespace Denywatch.Events.Tests.Enrichment;

public sealed class PrefixTableTests
{
    [Fact]
    public void The_longest_of_random_networks_that_hold_an_address_is_found()
    {
        var random = new Random(4);
        var networks = Enumerable
            .Range(0, 600)
            .Select(i => KeyValuePair.Create(Network(random), $"role {i}"))
            .DistinctBy(each => each.Key)
            .ToList();
        var table = new PrefixTable<string>(networks);

        for (var round = 0; round < 2_000; round++)
        {
            var address = Address(random);
            var expected = networks
                .Where(each => each.Key.Contains(address))
                .OrderByDescending(each => each.Key.PrefixLength)
                .Select(each => each.Value)
                .FirstOrDefault();
            Assert.Equal(expected, table.Find(address));
        }
    }

    [Fact]
    public void The_network_around_a_network_is_the_next_shorter_one()
    {
        var table = new PrefixTable<string>(
            new[] { "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "::/0" }.Select(text =>
                KeyValuePair.Create(IPNetwork.Parse(text), text)
            )
        );

        Assert.Equal("10.0.0.0/8", table.Find(IPAddress.Parse("10.1.0.0"), shorterThan: 16));
        Assert.Equal("0.0.0.0/0", table.Find(IPAddress.Parse("10.0.0.0"), shorterThan: 8));
        Assert.Null(table.Find(IPAddress.Any, shorterThan: 0));
        Assert.Equal("::/0", table.Find(IPAddress.Parse("2001:db8::1")));
    }

    private static IPNetwork Network(Random random)
    {
        var address = Address(random);
        var longest = address.GetAddressBytes().Length * 8;
        return FlowScope.NetworkOf($"{address}/{longest - random.Next(30)}")!.Value;
    }

    // Close together, so that networks hold each other.
    private static IPAddress Address(Random random) =>
        random.Next(4) == 0
            ? IPAddress.Parse($"2001:db8::{random.Next(8):x}:{random.Next(8):x}")
            : new IPAddress([10, (byte)random.Next(3), (byte)random.Next(6), (byte)random.Next(256)]);
}
