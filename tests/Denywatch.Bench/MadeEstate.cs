using System.Diagnostics;
using Denywatch.Storage;
using Denywatch.Web.Features.Rules;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.Bench;

/// <summary>How long an estate is watched, and how large it is.</summary>
internal sealed record EstateSize(int Days, int Firewalls)
{
    /// <summary>A week past the last daylight saving change: the same data on every run.</summary>
    public static readonly DateTimeOffset End = new(2026, 11, 8, 0, 0, 0, TimeSpan.Zero);

    public DateTimeOffset Start => End - TimeSpan.FromDays(Days);
}

/// <summary>An estate's denies: flows are made in the database, counts are the product's.</summary>
internal sealed class MadeEstate(
    NpgsqlDataSource source,
    Partitions partitions,
    CountStore counts,
    IDbContextFactory<DenywatchDb> dbs
)
{
    private const string AddFirewalls = """
        INSERT INTO firewalls (name, first_seen_at) SELECT 'fw-' || i, @at FROM generate_series(1, @firewalls) i ORDER BY i;
        INSERT INTO data_sources (sender, integration, firewall_id, time_zone, counts_unanswered, first_seen_at, last_received_at, lag_seconds)
        SELECT 'token:bench', (ARRAY['cisco_asa', 'fortigate', 'pan_os', 'iptables'])[1 + id % 4], id, 'Etc/UTC', false, @at, @at, 0
        FROM firewalls ORDER BY id
        """;

    // Few firewalls, sources and ports have most of the denies, and days have a rhythm.
    private const string Background = """
        SELECT @day::timestamptz + interval '5 minutes' * floor(288 * (t - 0.12 * sin(2 * pi() * t) / pi())) AS slice,
               1 + floor(@firewalls * f ^ 2)::int AS firewall, floor(20000 * s ^ 3)::int AS source,
               floor(4000 * d ^ 2)::int AS destination, (ARRAY[445, 23, 22, 3389, 80, 443, 53, 8080])[1 + floor(8 * p ^ 2)::int]
                   + CASE WHEN p > 0.8 THEN floor(1000 * d)::int ELSE 0 END AS port, 1 + floor(3 * s * s)::bigint AS count
        FROM (SELECT random() AS t, random() AS f, random() AS s, random() AS d, random() AS p
              FROM generate_series(1, @background)) r
        """;

    // Two a day: one source against many hosts on one port, for a quarter to a whole hour.
    private const string Incidents = """
        SELECT @day::timestamptz + interval '15 minutes' * (h + floor(long * random())::int), fw, 30000 + fw * 50 + h,
               i % 700, port, 2::bigint
        FROM (SELECT floor(92 * random())::int AS h, 1 + floor(@firewalls * random())::int AS fw,
                     1 + floor(4 * random())::int AS long, (ARRAY[445, 3389, 22])[1 + floor(3 * random())::int] AS port
              FROM generate_series(1, 2)) incident, generate_series(1, @incident) i
        """;

    private const string AddDay = $"""
        INSERT INTO flows (slice, data_source_id, firewall_id, source, destination, destination_port, transport, rule, direction,
                           source_country, source_as, destination_country, site, count, sources, first_at, last_at, offsets)
        SELECT slice, d.id, d.firewall_id, '11.0.0.0'::inet + source, '10.0.0.0'::inet + destination, port, 'tcp',
               'rule-' || (port % 12), 0, (ARRAY['DE', 'US', 'CN', 'RU', 'NL', 'FR', 'BR', 'IN'])[1 + source % 8],
               64500 + source % 300, 'DE', 'site', count, 1, slice, slice + interval '4 minutes', ARRAY[0::smallint]
        FROM ({Background} UNION ALL {Incidents}) made (slice, firewall, source, destination, port, count)
        JOIN data_sources d ON d.firewall_id = made.firewall
        ORDER BY slice, 3
        """;

    private const string MarkDirty = """
        INSERT INTO dirty_slices (slice, firewall_id, data_source_id) SELECT DISTINCT slice, firewall_id, data_source_id FROM flows
        ORDER BY 1 -- counting claims them in this order, and so reads each day once
        """;

    public async Task MakeAsync(EstateSize size, long flows, CancellationToken ct)
    {
        Console.WriteLine($"{flows:N0} flows of {size.Firewalls} firewalls in {size.Days} days:");
        await RulesSetup.SeedAsync(dbs, TimeProvider.System, ct);
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync("SELECT setseed(0.42)", ct);
        await connection.ExecuteAsync(AddFirewalls, ct, ("firewalls", size.Firewalls), ("at", size.Start));
        await partitions.EnsureFlowsAsync(Enumerable.Range(0, size.Days).Select(day => size.Start.AddDays(day)), ct);

        var watch = Stopwatch.StartNew();
        var eachDay = (int)(flows / size.Days);
        var incident = eachDay / 90;
        for (var day = 0; day < size.Days; day++)
            await connection.ExecuteAsync(
                AddDay,
                ct,
                ("day", size.Start.AddDays(day)),
                ("firewalls", size.Firewalls),
                ("background", eachDay - 2 * incident),
                ("incident", incident)
            );
        await connection.ExecuteAsync(MarkDirty, ct);
        await connection.ExecuteAsync("ANALYZE flows", ct);
        Tell("flows", watch);

        while ((await counts.RecomputeAsync(ct)).Count > 0) { }
        Tell("counts", watch);
    }

    /// <summary>Says how long a step took, and starts the next.</summary>
    public static void Tell(string what, Stopwatch watch)
    {
        Console.WriteLine($"  {what, -8} {watch.Elapsed.TotalSeconds, 6:0} s");
        watch.Restart();
    }
}
