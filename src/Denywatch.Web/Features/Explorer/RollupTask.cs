using Denywatch.Storage;
using Denywatch.Web.Live;
using Npgsql;

namespace Denywatch.Web.Features.Explorer;

/// <summary>Makes rollups anew where counting marked them: seconds after the counts, in its own time.</summary>
public sealed class RollupTask(RollupStore rollups, NpgsqlDataSource source)
{
    public async Task RunAsync(CancellationToken ct)
    {
        if (await rollups.RecomputeAsync(ct) > 0)
            await DatabaseEars.AnnounceAsync(source, Topic.Rollups, ct);
    }
}
