using System.Text;
using Denywatch.Cli.Import;

namespace Denywatch.Cli.Tests;

public sealed class FilePartsTests
{
    [Fact]
    public void Parts_hold_whole_lines_and_know_the_first_line_of_the_file()
    {
        var rows = Enumerable
            .Range(0, 100_000)
            .Select(i => $"2024-05-05T18:40:00Z,{i}")
            .Prepend("timestamp,count")
            .ToArray();

        var parts = Parts(string.Join('\n', rows));

        Assert.Equal(
            rows,
            string.Concat(parts.Select(part => Encoding.UTF8.GetString(part.Body))).TrimEnd('\n').Split('\n')
        );
        Assert.All(parts, part => Assert.InRange(part.Body.Length, 1, FileParts.LargestPart));
        Assert.Equal(Enumerable.Range(0, parts.Count), parts.Select(part => part.Number));
        Assert.Null(parts[0].Preamble);
        Assert.Equal("timestamp,count", Encoding.UTF8.GetString(parts[1].Preamble!));
        Assert.Equal(rows[parts[1].FirstLine - 1], Encoding.UTF8.GetString(parts[1].Body).Split('\n')[0]);
    }

    [Fact]
    public void A_line_longer_than_a_part_is_cut_and_its_neighbours_stay()
    {
        var parts = Parts("first\n" + new string('x', 5_000_000) + "\nlast");

        Assert.Equal(3, parts.Count);
        Assert.Equal("first\n", Encoding.UTF8.GetString(parts[0].Body));
        Assert.Equal(FileParts.LargestPart, parts[1].Body.Length);
        Assert.Equal(("last\n", 3L), (Encoding.UTF8.GetString(parts[2].Body), parts[2].FirstLine));
    }

    [Fact]
    public void An_empty_file_has_no_parts() => Assert.Empty(Parts(""));

    private static List<FilePart> Parts(string text) =>
        [.. FileParts.Of(new MemoryStream(Encoding.UTF8.GetBytes(text)))];
}
