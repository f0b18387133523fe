using System.IO.Compression;

namespace Denywatch.Cli;

/// <summary>Opens what a command line names: a file, a gzip file, or - for standard input.</summary>
internal static class LogFile
{
    private const int BufferSize = 128 * 1024;

    /// <summary>The bytes of the log, decompressed.</summary>
    /// <param name="length">Bytes to read from disk; 0 where unknown.</param>
    /// <param name="raw">The stream whose position tells the progress towards <paramref name="length"/>.</param>
    public static Stream Open(string path, out long length, out Stream raw)
    {
        if (path == "-")
        {
            length = 0;
            return raw = Console.OpenStandardInput();
        }

        raw = new FileStream(
            path,
            FileMode.Open,
            FileAccess.Read,
            FileShare.ReadWrite,
            BufferSize,
            FileOptions.SequentialScan
        );
        length = raw.CanSeek ? raw.Length : 0;
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase)
            ? new GZipStream(raw, CompressionMode.Decompress)
            : raw;
    }
}
