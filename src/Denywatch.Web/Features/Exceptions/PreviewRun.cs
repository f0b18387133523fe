using Npgsql;

namespace Denywatch.Web.Features.Exceptions;

/// <summary>One page's previews: a newer one stops the one that runs, and each can be cancelled.</summary>
public sealed class PreviewRun(ExceptionPreview preview, Action changed) : IDisposable
{
    private CancellationTokenSource? running;

    public bool IsRunning => running is not null;

    /// <summary>0 to 1, of the one that runs.</summary>
    public double Progress { get; private set; }

    /// <summary>Null before the first, after a cancelled one and while one runs.</summary>
    public PreviewResult? Result { get; private set; }

    public bool HasFailed { get; private set; }

    public async Task RunAsync(ExceptionChange change)
    {
        Cancel();
        using var mine = running = new();
        (Result, Progress, HasFailed) = (null, 0, false);
        changed();
        try
        {
            var result = await preview.OfAsync(change, new Telling(this, mine), mine.Token);
            if (running == mine)
                (Result, running) = (result, null);
        }
        catch (OperationCanceledException)
        {
            return; // by a newer one, or by the page
        }
        catch (NpgsqlException)
        {
            if (running == mine)
                (HasFailed, running) = (true, null);
        }
        changed();
    }

    public void Cancel()
    {
        running?.Cancel();
        running = null;
    }

    public void Dispose() => Cancel();

    private void Show(double progress)
    {
        Progress = progress;
        changed();
    }

    private sealed class Telling(PreviewRun trial, CancellationTokenSource mine) : IProgress<double>
    {
        // A percent at a time: a page is not drawn anew for each of a thousand series.
        public void Report(double value)
        {
            if (trial.running != mine || value < trial.Progress + 0.01)
                return;
            trial.Show(value);
        }
    }
}
