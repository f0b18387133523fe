using Denywatch.Storage;

namespace Denywatch.Web.Features.Explorer;

/// <summary>Makes rollups anew where counting marked them: seconds after the counts, in its own time.</summary>
public sealed class RollupTask(RollupStore rollups)
{
    public Task RunAsync(CancellationToken ct) => rollups.RecomputeAsync(ct);
}
