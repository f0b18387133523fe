using System.Diagnostics;
using System.Text;
using Denywatch.Bench.Parse;
using Denywatch.Events.Integrations;

namespace Denywatch.Events.Tests.Fuzzing;

public sealed class FuzzTests
{
    private static readonly TimeSpan Enough = TimeSpan.FromSeconds(30);

    // What is quadratic takes seconds; to the millisecond it is held by ./bench fuzz, which has the machine for itself.
    private const int Slack = 20;

    private static readonly byte[][] Samples =
    [
        .. Catalogue.All.SelectMany(Catalogue.SamplesOf).Select(Encoding.UTF8.GetBytes),
    ];

    /// <summary>What a fuzz run found, by what made it slow or throw: a part that is repeated up to the longest line.</summary>
    public static TheoryData<string, string> Found =>
        new()
        {
            // Each opened parenthesis was looked for to the end of the line.
            { "May 05 2024 18:40:50 fw1 : %ASA-6-106100: access-list a denied udp inside/", "10.20.0.15(5112 fw1 " },
            // Signs without keys between them, in formats whose values end where the next key begins.
            { "CEF:0|v|p|1|id|n|5|act=", "=" },
            { "CEF:0|v|p|1|id|n|5|act=", "a=" },
            { "CEF:0|v|p|1|id|n|5|act=Drop ", "cs1Label=Rule " },
            { "LEEF:1.0|v|p|1|id|", "a =" },
            { "{\"firewall_name\":\"f\",\"event_type\":", "[" },
            { "{\"flowTuples\":", "{\"flows\":[" },
            { "{\"flowTuples\":[", "\"1714934450,198.51.100.7,10.0.0.4,4000,22,T,I,D\"," },
            { "", "[" },
            { "", "{\"records\":[" },
            { "", "{}" },
            { "{\"id.orig_h\":", "\"\\u0041\\" },
            { "2024-05-05 18:40:50 DROP ", "5" },
            { "The Windows Filtering Platform has blocked ", "Source :" },
            { "<EventID>5152</EventID> Microsoft-Windows-Security-Auditing", "<Data Name='" },
            { "#fields\t", "ts\t" },
            { "2 eni-1 ", "REJECT OK " },
            { "\"2024-05-05 18:40:50\"", ",\"" },
        };

    [Theory]
    [MemberData(nameof(Found))]
    public void A_part_repeated_to_the_longest_line_is_read_in_time(string start, string part)
    {
        var line = new StringBuilder(start, EventReader.LongestLine);
        while (line.Length + part.Length <= EventReader.LongestLine)
            line.Append(part);

        Assert.Null(new ParserFuzz(Samples, 0, Slack).Check(Encoding.UTF8.GetBytes(line.ToString())));
    }

    [Fact]
    public void Damaged_lines_never_throw_nor_take_long()
    {
        var fuzz = new ParserFuzz(Samples, seed: 4711, Slack);

        for (var watch = Stopwatch.StartNew(); watch.Elapsed < Enough; )
        {
            if (fuzz.Next() is var (line, problem))
                Assert.Fail($"{problem}\n{Convert.ToBase64String(line.AsSpan(0, Math.Min(line.Length, 6000)))}");
        }

        Assert.True(fuzz.Read > 1000);
    }
}
