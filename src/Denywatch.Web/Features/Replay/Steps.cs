namespace Denywatch.Web.Features.Replay;

/// <summary>A part of a progress that is made in like steps: told in order, whichever of several threads takes them.</summary>
/// <param name="from">Progress before the first step, 0 to 1.</param>
/// <param name="to">Progress after the last.</param>
public sealed class Steps(IProgress<double>? progress, double from, double to, int count)
{
    private readonly Lock turn = new();
    private int taken;

    public void Take()
    {
        lock (turn)
            progress?.Report(from + ((to - from) * ++taken / count));
    }
}
