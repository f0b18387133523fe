using System.Diagnostics;

namespace Denywatch.Cli.Import;

/// <summary>Percent, lines a second and time left, on standard error; silent where that is no terminal.</summary>
/// <param name="length">Bytes of the file; 0 where unknown.</param>
internal sealed class ProgressBar(string file, long length) : IDisposable
{
    private const int Width = 24;
    private const long EveryMilliseconds = 100;

    private readonly Stopwatch watch = Stopwatch.StartNew();
    private readonly bool isSilent = Console.IsErrorRedirected;
    private long shownAt = -EveryMilliseconds;

    public void Show(long position, long lines)
    {
        var elapsed = watch.ElapsedMilliseconds;
        if (isSilent || elapsed - shownAt < EveryMilliseconds)
            return;
        shownAt = elapsed;

        var rate = lines * 1000 / Math.Max(1, elapsed);
        if (length == 0)
        {
            Console.Error.Write($"\r{Path.GetFileName(file)}  {lines} lines  {rate} lines/s\e[K");
            return;
        }
        var share = Math.Min(1, (double)position / length);
        var filled = (int)(share * Width);
        var left = share > 0 ? TimeSpan.FromMilliseconds(elapsed * (1 - share) / share) : TimeSpan.Zero;
        Console.Error.Write(
            $"\r{Path.GetFileName(file)}  [{new string('#', filled)}{new string('.', Width - filled)}] {share * 100, 3:0} %  {rate} lines/s  {left:mm\\:ss} left\e[K"
        );
    }

    public void Dispose()
    {
        if (!isSilent)
            Console.Error.Write("\r\e[K");
    }
}
