using System.Text;
using Denywatch.Events.Assets;

namespace Denywatch.Events.Tests.Assets;

public sealed class AssetFileTests
{
    [Theory]
    [InlineData("10.2.3.4,server,mail")]
    [InlineData("10.2.3.4, Server ,mail\r\n")]
    [InlineData("network,role,note\n10.2.3.4,server,mail\n")]
    [InlineData("\uFEFFNote;Role;IP\n\"mail\";SERVER;10.2.3.4")]
    [InlineData("\n10.2.3.4/32,server,\"mail\"\n,,\n")]
    public void A_line_is_an_address_a_role_and_a_note_with_or_without_a_head(string text)
    {
        var file = Read(text);

        var entry = Assert.Single(file.Entries);
        Assert.Equal(("10.2.3.4", "server", "mail"), (entry.Address, entry.Role, entry.Note));
        Assert.Empty(file.Problems);
    }

    [Fact]
    public void Wrong_lines_are_named_with_their_number_and_the_others_are_taken()
    {
        var file = Read(
            """
            address,role
            10.2.3.4,server
            10.2.3.400,server
            10.2.0.9/16,guest
            10.2.0.0/16,printer
            2001:db8::/32,
            2001:db8::7,a role that goes on for far too long
            2001:DB8::8,own  scanner
            10.1.2,server
            010.1.2.3,server
            """
        );

        Assert.Equal(
            ["10.2.3.4 server", "10.2.0.0/16 guest", "2001:db8::8 own scanner"],
            file.Entries.Select(entry => $"{entry.Address} {entry.Role}")
        );
        Assert.Equal(
            [
                "3 \"10.2.3.400\" is neither an address nor a CIDR such as 10.2.3.0/24.",
                "5 10.2.0.0/16 stands in line 4 already.",
                "6 Say what it is, such as server.",
                "7 A role is plain text of at most 30 characters.",
                "9 \"10.1.2\" is neither an address nor a CIDR such as 10.2.3.0/24.",
                "10 \"010.1.2.3\" is neither an address nor a CIDR such as 10.2.3.0/24.",
            ],
            file.Problems.Select(problem => $"{problem.Line} {problem.Sentence}")
        );
    }

    [Fact]
    public void A_file_without_a_column_of_addresses_has_no_right_line() =>
        Assert.Equal([2], Read("name,role\nmail,server").Problems.Select(problem => problem.Line));

    [Fact]
    public void A_note_that_was_guarded_against_spreadsheets_is_read_as_it_was() =>
        Assert.Equal("=2+3, \"quoted\"", Assert.Single(Read("10.0.0.1,server,\"'=2+3, \"\"quoted\"\"\"").Entries).Note);

    [Fact]
    public void A_file_past_its_bounds_is_refused_as_a_whole()
    {
        var lines = string.Concat(Enumerable.Range(0, AssetFile.MostLines + 2).Select(_ => "10.0.0.1,server\n"));
        var bytes = new byte[AssetFile.LargestBytes + 1];

        Assert.Equal((0, 1), Counts(Read(lines)));
        Assert.Equal((0, 1), Counts(AssetFile.Read(bytes)));
        Assert.Equal((0, 0), Counts(Read("")));
    }

    private static (int, int) Counts(AssetFile file) => (file.Entries.Count, file.Problems.Count);

    private static AssetFile Read(string text) => AssetFile.Read(Encoding.UTF8.GetBytes(text));
}
