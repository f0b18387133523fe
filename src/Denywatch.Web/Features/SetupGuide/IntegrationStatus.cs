using Denywatch.Web.Features.DataSources;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Features.SetupGuide;

/// <summary>How an integration is doing, by all its sources.</summary>
public enum IntegrationState
{
    Never,
    Quiet,
    Receiving,

    /// <summary>Lines come, and some are not understood.</summary>
    Rejecting,
}

/// <param name="LastReceivedAt">Of its last line; null where none ever came.</param>
/// <param name="Rejected">Lines of the last six hours that were not understood.</param>
public sealed record IntegrationStatus(
    IntegrationState State,
    int Sources,
    DateTimeOffset? LastReceivedAt,
    double Rejected
)
{
    public static IntegrationStatus Never { get; } = new(IntegrationState.Never, 0, null, 0);

    public LampState Lamp =>
        State switch
        {
            IntegrationState.Receiving => LampState.Ok,
            IntegrationState.Rejecting => LampState.Late,
            IntegrationState.Quiet => LampState.Quiet,
            _ => LampState.Never,
        };

    public static IReadOnlyDictionary<string, IntegrationStatus> Of(IReadOnlyList<SourceRow> sources) =>
        sources
            .GroupBy(source => source.IntegrationName, StringComparer.Ordinal)
            .ToDictionary(group => group.Key, OfOne, StringComparer.Ordinal);

    private static IntegrationStatus OfOne(IEnumerable<SourceRow> sources)
    {
        var all = sources.ToList();
        var rejected = all.Sum(source =>
            source.Rates.Sum(rate => rate?.Rejected ?? 0) * DataSourceQueries.Slice.TotalMinutes
        );
        var state =
            all.TrueForAll(source => source.Health.State == LampState.Quiet) ? IntegrationState.Quiet
            : rejected > 0 ? IntegrationState.Rejecting
            : IntegrationState.Receiving;
        return new(state, all.Count, all.Max(source => source.LastReceivedAt), rejected);
    }
}
