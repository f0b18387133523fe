namespace Denywatch.Storage.Entities;

/// <summary>What a person said of a burst that a series' model has learnt to expect.</summary>
public sealed class BurstAnswer
{
    /// <summary>In place of a day of the week for a burst that comes every day.</summary>
    public const int EveryDay = -1;

    public required int SeriesId { get; init; }

    /// <summary>Start by the site's clock.</summary>
    public required TimeOnly At { get; init; }

    /// <summary>0 Sunday to 6 Saturday, or <see cref="EveryDay"/>.</summary>
    public required int Day { get; init; }

    /// <summary>True where it is accepted; false where it must not be expected, ever again.</summary>
    public required bool IsNormal { get; set; }

    public required string By { get; set; }
    public required DateTimeOffset AnsweredAt { get; set; }
}
