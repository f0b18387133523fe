using Denywatch.Detection;
using Denywatch.Storage.Entities;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>Keeps what people refuse out of what models expect.</summary>
public static class BurstAnswers
{
    /// <summary>Tells the model what was refused for its series; told again, it stays the same.</summary>
    public static async Task RefuseAsync(
        NpgsqlConnection connection,
        int seriesId,
        SeriesModel model,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(model);
        var refused = await connection.RowsAsync(
            "SELECT at, day FROM burst_answers WHERE series_id = @series AND NOT is_normal ORDER BY answered_at",
            row => (At: row.GetFieldValue<TimeOnly>(0), Day: row.GetInt32(1)),
            ct,
            ("series", seriesId)
        );
        foreach (var (at, day) in refused)
            model.Refuse(at, day == BurstAnswer.EveryDay ? null : (DayOfWeek)day);
    }
}
