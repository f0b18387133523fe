using Denywatch.Alerting;
using Npgsql;

namespace Denywatch.Storage;

/// <summary>Reads what <see cref="ConfirmedExcess"/> needs of an incident and of the time before it.</summary>
public static class IncidentExcess
{
    // As many bits as a bigint has to tell incidents apart.
    private const int MostOthers = 60;

    // A bucket whose flows are no longer kept would be a zero that never was.
    private const string Comparable = """
        SELECT b.at, b.firewall_id, NOT EXISTS (
            SELECT FROM confirmed_excess x WHERE x.alert_id <> @alert AND x.firewall_id = b.firewall_id
              AND x.slice >= b.at AND x.slice < b.at + @span)
        FROM (SELECT date_bin(@span, at, 'epoch') AS at, firewall_id, sum(count) AS count FROM counts
              WHERE span = 5 AND at >= @from AND at < @to AND (@firewalls::int[] IS NULL OR firewall_id = ANY(@firewalls))
              GROUP BY 1, 2) b
        WHERE b.count = 0 OR (b.at, b.firewall_id) IN (
            SELECT date_bin(@span, slice, 'epoch'), firewall_id FROM all_flows WHERE slice >= @from AND slice < @to)
        """;

    /// <summary>An incident's excess by slice and firewall.</summary>
    /// <param name="counted">Flows that count, or would.</param>
    public static async Task<IReadOnlyList<SliceExcess>> OfAsync(
        NpgsqlConnection connection,
        ConfirmedIncident incident,
        IReadOnlyList<ConfirmedIncident> all,
        CountedFlows counted,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(incident);
        var (starts, span) = (incident.Starts, incident.Span);
        var others = all.Where(o => o.AlertId < incident.AlertId && o.Starts < incident.Ends && o.Ends > starts)
            .Take(MostOthers)
            .ToList();
        var reading = new CarriedFlows(connection, incident, others, counted);

        List<CarriedCount> usual = [];
        List<ComparableBucket> comparable = [];
        foreach (var (from, to) in ComparableTimes(incident))
        {
            usual.AddRange(await reading.ReadAsync(from, to, span, ct));
            comparable.AddRange(
                await connection.RowsAsync(
                    Comparable,
                    row => new ComparableBucket(row.Time(0), row.GetInt32(1), row.GetBoolean(2)),
                    ct,
                    ("alert", incident.AlertId),
                    ("span", span),
                    ("from", from),
                    ("to", to),
                    ("firewalls", incident.Firewalls)
                )
            );
        }
        var now = await reading.ReadAsync(starts, incident.Ends, Events.DenyFlow.SliceSpan, ct);
        return ConfirmedExcess.Of(starts, span, now, usual, comparable, bucket => Bits(others, bucket));
    }

    /// <summary>Each stretch once: the days before at the incident's time of day, and what came just before it.</summary>
    private static IEnumerable<(DateTimeOffset From, DateTimeOffset To)> ComparableTimes(ConfirmedIncident incident)
    {
        var day = TimeSpan.FromDays(1);
        var justBefore = incident.Starts - (ConfirmedExcess.ComparableBefore * incident.Span);
        var length = incident.Ends - incident.Starts < day ? incident.Ends - incident.Starts : day;
        for (var back = ConfirmedExcess.ComparableDays; back >= 1; back--)
        {
            var (from, to) = (incident.Starts - (back * day), incident.Starts - (back * day) + length);
            yield return (from, to < justBefore ? to : justBefore);
        }
        yield return (justBefore, incident.Starts);
    }

    private static long Bits(List<ConfirmedIncident> others, DateTimeOffset bucket)
    {
        long bits = 0;
        for (var i = 0; i < others.Count; i++)
        {
            if (bucket >= others[i].Starts && bucket < others[i].Ends)
                bits |= 1L << i;
        }
        return bits;
    }
}
