using System.IO.Compression;
using System.Net;
using Denywatch.Events;
using Denywatch.Traffic;

namespace Denywatch.EndToEnd;

/// <summary>Generated traffic of one small firewall, as the lines it would have written.</summary>
public static class History
{
    private const int Seed = 7;

    private static readonly TimeSpan Slice = TimeSpan.FromMinutes(5);

    /// <summary>A Cisco ASA with some 20 denies in 15 minutes.</summary>
    public static GeneratedFirewall Firewall { get; } =
        Estate.Default.By("fw-edge-1") with
        {
            Name = "fw-road-1",
            ScansPerSlice = 5,
            OfficePerSlice = 2,
        };

    /// <summary>Writes all of a span's lines into a gzip file.</summary>
    /// <returns>How many of them are denies.</returns>
    public static async Task<long> WriteAsync(string file, DateTimeOffset from, DateTimeOffset to)
    {
        var generator = new TrafficGenerator(Seed, new([Firewall]));
        var denied = 0L;
        await using var gzip = new GZipStream(File.Create(file), CompressionLevel.Fastest);
        await using var text = new StreamWriter(gzip);
        for (var slice = from; slice < to; slice += Slice)
        {
            foreach (var made in generator.Slice(slice).Where(e => e.Event.Timestamp >= from && e.Event.Timestamp < to))
            {
                await text.WriteAsync(TrafficGenerator.RenderLine(made));
                await text.WriteAsync('\n');
                denied += made.Event.Verdict == Verdict.Denied ? 1 : 0;
            }
        }
        return denied;
    }

    /// <summary>Somebody inside who tries one port on many hosts, all within the second.</summary>
    public static IEnumerable<string> Scan(string source, int port, int hosts, int lines, DateTimeOffset at)
    {
        for (var i = 0; i < lines; i++)
        {
            yield return TrafficGenerator.RenderLine(
                new(
                    new()
                    {
                        Verdict = Verdict.Denied,
                        Timestamp = at,
                        Source = IPAddress.Parse(source),
                        SourcePort = 40_000 + (i % 20_000),
                        Destination = Firewall.InsideHost(40 + (i % hosts / 200), i % hosts),
                        DestinationPort = port,
                        Transport = "tcp",
                        Observer = Firewall.Name,
                        Rule = Firewall.Rules.Internal,
                    },
                    Firewall.Integration
                )
            );
        }
    }

    /// <summary>Runs <c>denywatch import</c>.</summary>
    /// <returns>Its exit code and what it said.</returns>
    public static Task<(int Code, string Said)> ImportAsync(
        string server,
        string token,
        string file,
        CancellationToken ct
    ) => CommandLine.RunAsync(token, ct, "import", "--server", server, file);
}
