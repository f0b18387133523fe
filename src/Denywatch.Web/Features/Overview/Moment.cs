namespace Denywatch.Web.Features.Overview;

/// <summary>
/// One answer for everybody who asks within a moment: two hundred open dashboards cost the database as much as one.
/// </summary>
public sealed class Moment<T>(TimeSpan length, TimeProvider clock)
{
    private readonly Lock gate = new();
    private Task<T>? answer;
    private long askedAt;

    public Task<T> GetAsync(Func<Task<T>> ask)
    {
        ArgumentNullException.ThrowIfNull(ask);
        lock (gate)
        {
            var isOld =
                answer is null || answer.IsFaulted || answer.IsCanceled || clock.GetElapsedTime(askedAt) > length;
            if (isOld)
            {
                askedAt = clock.GetTimestamp();
                answer = Task.Run(ask); // outside of the lock, and of the circuit that happened to ask
            }
            return answer!;
        }
    }
}
