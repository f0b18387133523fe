namespace Denywatch.Web.Live;

/// <summary>What changed; pages query again, nothing but the name travels.</summary>
public enum Topic
{
    Counts,
    Records,

    /// <summary>What lanes are drawn from.</summary>
    Rollups,
    Alerts,
    Sources,

    /// <summary>How senders' lines are read, or whose name is whose.</summary>
    SenderSettings,

    /// <summary>Which traffic is not counted.</summary>
    Exceptions,

    /// <summary>What connectors are told, and what they answered.</summary>
    Deliveries,

    /// <summary>Which addresses are whose, and what they are.</summary>
    Estate,
}

/// <summary>Tells this node's pages that something changed, at most twice a second a page.</summary>
public sealed class LiveTopics
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(500);

    private readonly Lock gate = new();
    private readonly List<Subscription> subscriptions = [];
    private long published;

    /// <summary>How often anything was published: what was read at the same number is as new.</summary>
    public long Published => Interlocked.Read(ref published);

    /// <summary>Calls <paramref name="changed"/> after changes, until disposed; never twice at once.</summary>
    public IDisposable Subscribe(Topic topic, Func<Task> changed)
    {
        var subscription = new Subscription(this, topic, changed);
        lock (gate)
            subscriptions.Add(subscription);
        return subscription;
    }

    public void Publish(Topic topic)
    {
        Interlocked.Increment(ref published);
        Subscription[] told;
        lock (gate)
            told = [.. subscriptions.Where(subscription => subscription.Topic == topic)];
        foreach (var subscription in told)
            subscription.Tell();
    }

    private sealed class Subscription(LiveTopics owner, Topic topic, Func<Task> changed) : IDisposable
    {
        private int waiting;
        private volatile bool disposed;

        public Topic Topic => topic;

        public void Tell()
        {
            if (Interlocked.Exchange(ref waiting, 1) == 0)
                _ = RunAsync();
        }

        private async Task RunAsync()
        {
            await Task.Delay(Pace);
            Volatile.Write(ref waiting, 0); // before the call: what changes during it is told again
            if (disposed)
                return;
            try
            {
                await changed();
            }
            catch (ObjectDisposedException)
            {
                // The page went away while it was told.
            }
        }

        public void Dispose()
        {
            disposed = true;
            lock (owner.gate)
                owner.subscriptions.Remove(this);
        }
    }
}
