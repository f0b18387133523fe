using System.IO.Compression;
using System.Text;
using Denywatch.Cli.Score;

namespace Denywatch.Cli.Tests;

public sealed class ScoreCommandTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("denywatch-score");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void Every_row_of_a_folder_gets_its_record()
    {
        using (var packed = new GZipStream(File.Create(At("in/fw-1.csv.gz")), CompressionMode.Compress))
            packed.Write(Encoding.UTF8.GetBytes(Rows(hours: 48, spikeAt: 47)));
        File.WriteAllText(At("in/fw-2.csv"), Rows(hours: 2, spikeAt: -1));
        File.WriteAllText(At("zones.json"), """{"fw-1":"Europe/Vienna"}""");

        var exit = ScoreCommand.Run(
            [At("in"), "--output", At("out"), "--time-zones", At("zones.json")],
            TestContext.Current.CancellationToken
        );

        var lines = File.ReadAllLines(At("out/fw-1.csv"));
        Assert.Equal(Exit.Done, exit);
        Assert.Equal("timestamp,score,actual,typical,lower,upper,probability", lines[0]);
        Assert.Equal(1 + 48 * 4, lines.Length);
        Assert.StartsWith("2026-03-02T00:00:00Z,0.000,10,", lines[1], StringComparison.Ordinal);
        Assert.Contains(
            lines,
            line => line.StartsWith("2026-03-03T23:00:00Z,", StringComparison.Ordinal) && Score(line) >= 75
        );
        Assert.Equal(9, File.ReadAllLines(At("out/fw-2.csv")).Length);
    }

    [Fact]
    public void Rows_that_cannot_be_read_are_left_out_and_order_does_not_matter()
    {
        const string text =
            "count,timestamp\n5,2026-03-02T00:15:00Z\n-1,2026-03-02T00:30:00Z\nx\n3,2026-03-02 00:00:00\n";

        var file = CountsFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text)));

        Assert.Equal([3, 5], file.Buckets.Select(bucket => bucket.Count));
        Assert.Equal(2, file.Rejected);
    }

    [Theory]
    [InlineData("a,b\n1,2\n", "timestamp")]
    [InlineData("", "empty")]
    public void A_file_without_the_two_columns_says_so(string text, string said) =>
        Assert.Contains(
            said,
            Assert
                .Throws<InvalidDataException>(() => CountsFile.Read(new MemoryStream(Encoding.UTF8.GetBytes(text))))
                .Message,
            StringComparison.Ordinal
        );

    [Fact]
    public void Without_an_output_folder_nothing_is_done() =>
        Assert.Equal(Exit.Usage, ScoreCommand.Run(["a.csv"], TestContext.Current.CancellationToken));

    private static double Score(string line) => double.Parse(line.Split(',')[1]);

    private static string Rows(int hours, int spikeAt)
    {
        var rows = new StringBuilder("timestamp,count\n");
        for (var i = 0; i < hours * 4; i++)
        {
            var time = new DateTime(2026, 3, 2, 0, 0, 0, DateTimeKind.Utc).AddMinutes(15 * i);
            rows.Append($"{time:yyyy-MM-ddTHH:mm:ssZ},{(i / 4 == spikeAt ? 900 : 10 + i % 3)}\n");
        }
        return rows.ToString();
    }

    private string At(string path)
    {
        var full = Path.Combine(folder.FullName, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        return full;
    }
}
