using Npgsql;
using NpgsqlTypes;

namespace Denywatch.Storage;

/// <summary>Appends a batch in one transaction. What a batch holds is counted once, however often it is sent again.</summary>
public sealed class BatchStore(
    NpgsqlDataSource source,
    SourceDirectory directory,
    Partitions partitions,
    NodeIdentity node
)
{
    /// <summary>A sender that repeats itself later than this is believed to mean it.</summary>
    private static readonly TimeSpan RepeatWindow = TimeSpan.FromDays(1);

    /// <summary>Three times a shorter one is under ten minutes, the least that is told: it says nothing of a rhythm.</summary>
    public static readonly TimeSpan ShortestSilence = TimeSpan.FromSeconds(200);

    private const string CopyFlows = """
        COPY recent_flows (received_at, batch_id, slice, data_source_id, firewall_id, source, destination,
            destination_port, transport, rule, direction, source_country, source_as, destination_country,
            destination_as, site, count, packets, sources, first_at, last_at, offsets, excepted_by,
            source_role, destination_role) FROM STDIN (FORMAT BINARY)
        """;

    private const string CopyLines = """
        COPY raw_lines (received_at, slice, data_source_id, firewall_id, source, destination, destination_port, line)
        FROM STDIN (FORMAT BINARY)
        """;

    private const string CopyDirty =
        "COPY dirty_slices (slice, firewall_id, data_source_id, exceptions_version) FROM STDIN (FORMAT BINARY)";

    private const string InsertBatch = """
        INSERT INTO batches (id, node_id, sender, received_at, events, denied, part_key, answer, line_hashes)
        VALUES (@id, @node, @sender, @received, @events, @denied, @part, @answer, @hashes)
        ON CONFLICT DO NOTHING
        """;

    // A batch is repeated only if its answer is not known to have been sent: by us, or by a node that is gone.
    private const string Unanswered = """
        SELECT id, line_hashes FROM batches
        WHERE sender = @sender AND answer <> 1 AND received_at > @since AND line_hashes IS NOT NULL
          AND (answer = 2 OR (node_id <> @node AND NOT EXISTS (
              SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = @class
                  AND objid = ('x' || right(batches.node_id::text, 8))::bit(32)::bigint::oid)))
        ORDER BY id
        FOR UPDATE
        """;

    // Ordered by key, for all writers alike: unordered upserts of several writers deadlock.
    private const string UpsertTallies = """
        INSERT INTO source_slices AS s (slice, data_source_id, denied, allowed, unanswered, none, rejected, suppressed)
        SELECT * FROM unnest(@slices, @sources, @denied, @allowed, @unanswered, @none, @rejected, @suppressed) AS t
        ORDER BY 1, 2
        ON CONFLICT (slice, data_source_id) DO UPDATE SET
            denied = s.denied + excluded.denied, allowed = s.allowed + excluded.allowed,
            unanswered = s.unanswered + excluded.unanswered, none = s.none + excluded.none,
            rejected = s.rejected + excluded.rejected, suppressed = s.suppressed + excluded.suppressed
        """;

    private const string UpsertCountries = """
        INSERT INTO country_slices AS c (slice, data_source_id, country, count)
        SELECT * FROM unnest(@slices, @sources, @countries, @counts) AS t ORDER BY 1, 2, 3
        ON CONFLICT (slice, data_source_id, country) DO UPDATE SET count = c.count + excluded.count
        """;

    private const string InsertChanges = """
        INSERT INTO change_markers (at, firewall_id, data_source_id, who, what)
        SELECT * FROM unnest(@times, @firewalls, @sources, @whos, @whats) AS t ORDER BY 1, 2, 3, 4, 5
        ON CONFLICT DO NOTHING
        """;

    // Before the touch, which forgets when the last line came.
    private const string NoteSilences = """
        INSERT INTO source_silences (data_source_id, started_at, ended_at)
        SELECT id, last_received_at, @received FROM data_sources
        WHERE id = ANY(@sources) AND @received - last_received_at >= @shortest ORDER BY id
        ON CONFLICT DO NOTHING
        """;

    private const string TouchSources = """
        UPDATE data_sources d SET last_received_at = greatest(d.last_received_at, @received),
            last_event_at = greatest(d.last_event_at, t.at), last_event = coalesce(t.json::jsonb, d.last_event),
            lag_seconds = CASE WHEN @received - t.at BETWEEN '0' AND interval '1 hour' -- older is an import's history
                THEN 0.9 * d.lag_seconds + 0.1 * extract(epoch FROM @received - t.at) ELSE d.lag_seconds END
        FROM (SELECT * FROM unnest(@sources, @times, @jsons) AS u (id, at, json)) t
        WHERE d.id = t.id AND d.id IN (SELECT id FROM data_sources WHERE id = ANY(@sources) ORDER BY id FOR UPDATE)
        """;

    /// <summary>
    /// Which of <paramref name="hashes"/> repeat lines of a batch whose answer this sender is not known to have got.
    /// Each stored line is repeated once at most.
    /// </summary>
    /// <returns>Positions in <paramref name="hashes"/>, and what the batches they came from hold no more.</returns>
    public async Task<Repeats> FindRepeatsAsync(string sender, long[] hashes, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        var waiting = await connection.RowsAsync(
            Unanswered.Replace("FOR UPDATE", "", StringComparison.Ordinal),
            reader => (Id: reader.GetGuid(0), Hashes: reader.GetFieldValue<long[]>(1)),
            ct,
            ("sender", sender),
            ("since", DateTimeOffset.UtcNow - RepeatWindow),
            ("node", node.Id),
            ("class", NodeIdentity.LockClass)
        );
        return Repeats.Of(waiting, hashes);
    }

    /// <summary>Stores the batch; once it returns, the batch survives any crash.</summary>
    /// <returns>False when the batch, its part, or what it read again was stored before: nothing was added.</returns>
    /// <exception cref="NpgsqlException">The database is away; whether the batch was stored is not known: call again.</exception>
    public async Task<bool> AppendAsync(IntakeBatch batch, Repeats? repeats, CancellationToken ct)
    {
        var ids = await ResolveAsync(batch, ct);
        // The time of storing, not of receipt: a batch that waited out a long outage must not look for an hour long folded.
        var storedAt = DateTimeOffset.UtcNow;
        await partitions.EnsureReceivedAsync(storedAt, ct);
        await partitions.EnsureFlowsAsync(batch.Flows.Select(flow => flow.Key.Slice), ct);

        await using var connection = await source.OpenConnectionAsync(ct);
        await using var transaction = await connection.BeginTransactionAsync(ct);

        var added = await connection.ExecuteAsync(
            InsertBatch,
            ct,
            ("id", batch.Id),
            ("node", node.Id),
            ("sender", batch.Sender),
            ("received", batch.ReceivedAt),
            ("events", batch.Tallies.Sum(tally => tally.Total)),
            ("denied", batch.Flows.Sum(flow => flow.Count)),
            ("part", batch.PartKey),
            ("answer", (short)(batch.LineHashes is null ? Answer.Sent : Answer.NotKnown)),
            ("hashes", batch.LineHashes)
        );
        if (added == 0 || !await RejectRows.TakeBackAsync(connection, batch.ReadAgain, ct))
            return false;

        foreach (var (id, remaining) in repeats?.Remaining ?? [])
            await connection.ExecuteAsync(
                "UPDATE batches SET line_hashes = @left, answer = CASE WHEN @left = '{}' THEN 1 ELSE answer END WHERE id = @id",
                ct,
                ("id", id),
                ("left", remaining)
            );

        await CopyFlowsAsync(connection, batch, ids, storedAt, ct);
        await CopyLinesAsync(connection, batch, ids, storedAt, ct);
        await CopyDirtyAsync(connection, batch, ids, ct);
        await TallyAsync(connection, batch, ids, ct);
        await transaction.CommitAsync(ct);
        return true;
    }

    /// <summary>Whether a batch is stored: asked after a commit whose end is not known.</summary>
    public async Task<bool> IsStoredAsync(Guid batchId, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        return await connection.ScalarAsync<bool>(
            "SELECT EXISTS (SELECT FROM batches WHERE id = @id)",
            ct,
            ("id", batchId)
        );
    }

    /// <summary>Writes down whether the answers to batches went out.</summary>
    public async Task MarkAsync(Guid[] batchIds, Answer answer, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(
            """
            UPDATE batches SET answer = @answer, line_hashes = CASE WHEN @answer = 1 THEN NULL ELSE line_hashes END
            WHERE id = ANY(@ids) AND answer = 0
            """,
            ct,
            ("answer", (short)answer),
            ("ids", batchIds)
        );
    }

    private async Task<Dictionary<SourceKey, SourceIds>> ResolveAsync(IntakeBatch batch, CancellationToken ct)
    {
        var ids = new Dictionary<SourceKey, SourceIds>();
        var keys = batch
            .Tallies.Select(tally => tally.Source)
            .Concat(batch.Rejects.Select(reject => reject.Source))
            .Concat(batch.Changes.Select(change => change.Source))
            .Concat(batch.Flows.Select(flow => SourceOf(batch, flow)));
        foreach (var key in keys.Distinct())
            ids[key] = await directory.IdsOfAsync(key, ct);
        return ids;
    }

    private static SourceKey SourceOf(IntakeBatch batch, Events.DenyFlow flow) =>
        new(batch.Sender, flow.Integration, flow.Key.Firewall);

    private static async Task CopyFlowsAsync(
        NpgsqlConnection connection,
        IntakeBatch batch,
        Dictionary<SourceKey, SourceIds> ids,
        DateTimeOffset storedAt,
        CancellationToken ct
    )
    {
        if (batch.Flows.Count == 0)
            return;

        await using var copy = await connection.BeginBinaryImportAsync(CopyFlows, ct);
        foreach (var flow in batch.Flows)
        {
            var (key, at, id) = (flow.Key, flow.Attributes, ids[SourceOf(batch, flow)]);
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(storedAt, NpgsqlDbType.TimestampTz, ct);
            await copy.WriteAsync(batch.Id, NpgsqlDbType.Uuid, ct);
            await copy.WriteAsync(key.Slice, NpgsqlDbType.TimestampTz, ct);
            await copy.WriteAsync(id.DataSource, NpgsqlDbType.Integer, ct);
            await copy.WriteAsync(id.Firewall, NpgsqlDbType.Integer, ct);
            await copy.WriteSourceAsync(flow, ct);
            await copy.WriteOrNullAsync(key.Destination, NpgsqlDbType.Inet, ct);
            await copy.WriteOrNullAsync(key.DestinationPort, NpgsqlDbType.Integer, ct);
            await copy.WriteOrNullAsync(key.Transport, NpgsqlDbType.Text, ct);
            await copy.WriteOrNullAsync(key.Rule, NpgsqlDbType.Text, ct);
            await copy.WriteAsync((short)key.Direction, NpgsqlDbType.Smallint, ct);
            await copy.WriteOrNullAsync(at.SourceCountry, NpgsqlDbType.Text, ct);
            await copy.WriteOrNullAsync(at.SourceAs, NpgsqlDbType.Bigint, ct);
            await copy.WriteOrNullAsync(at.DestinationCountry, NpgsqlDbType.Text, ct);
            await copy.WriteOrNullAsync(at.DestinationAs, NpgsqlDbType.Bigint, ct);
            await copy.WriteOrNullAsync(at.Site, NpgsqlDbType.Text, ct);
            await copy.WriteAsync(flow.Count, NpgsqlDbType.Bigint, ct);
            await copy.WriteOrNullAsync(flow.Packets, NpgsqlDbType.Bigint, ct);
            await copy.WriteAsync(flow.SourcesEstimate, NpgsqlDbType.Integer, ct);
            await copy.WriteAsync(flow.First, NpgsqlDbType.TimestampTz, ct);
            await copy.WriteAsync(flow.Last, NpgsqlDbType.TimestampTz, ct);
            await copy.WriteAsync(flow.Offsets.ToArray(), NpgsqlDbType.Array | NpgsqlDbType.Smallint, ct);
            await copy.WriteOrNullAsync(key.ExceptedBy, NpgsqlDbType.Integer, ct);
            await copy.WriteOrNullAsync(at.SourceRole, NpgsqlDbType.Text, ct);
            await copy.WriteOrNullAsync(at.DestinationRole, NpgsqlDbType.Text, ct);
        }
        await copy.CompleteAsync(ct);
    }

    private static async Task CopyLinesAsync(
        NpgsqlConnection connection,
        IntakeBatch batch,
        Dictionary<SourceKey, SourceIds> ids,
        DateTimeOffset storedAt,
        CancellationToken ct
    )
    {
        if (!batch.Flows.Any(flow => flow.Lines.Count > 0))
            return;

        await using var copy = await connection.BeginBinaryImportAsync(CopyLines, ct);
        foreach (var flow in batch.Flows)
        {
            var id = ids[SourceOf(batch, flow)];
            foreach (var line in flow.Lines)
            {
                await copy.StartRowAsync(ct);
                await copy.WriteAsync(storedAt, NpgsqlDbType.TimestampTz, ct);
                await copy.WriteAsync(flow.Key.Slice, NpgsqlDbType.TimestampTz, ct);
                await copy.WriteAsync(id.DataSource, NpgsqlDbType.Integer, ct);
                await copy.WriteAsync(id.Firewall, NpgsqlDbType.Integer, ct);
                await copy.WriteOrNullAsync(flow.Key.Source, NpgsqlDbType.Inet, ct);
                await copy.WriteOrNullAsync(flow.Key.Destination, NpgsqlDbType.Inet, ct);
                await copy.WriteOrNullAsync(flow.Key.DestinationPort, NpgsqlDbType.Integer, ct);
                await copy.WriteAsync(line, NpgsqlDbType.Text, ct);
            }
        }
        await copy.CompleteAsync(ct);
    }

    private static async Task CopyDirtyAsync(
        NpgsqlConnection connection,
        IntakeBatch batch,
        Dictionary<SourceKey, SourceIds> ids,
        CancellationToken ct
    )
    {
        var dirty = batch.Flows.Select(flow => (flow.Key.Slice, Source: SourceOf(batch, flow)));
        // A tally without denies dirties its slice too: the bucket is then a zero and not missing.
        dirty = dirty.Concat(batch.Tallies.Select(tally => (tally.Slice, tally.Source)));

        await using var copy = await connection.BeginBinaryImportAsync(CopyDirty, ct);
        foreach (var (slice, key) in dirty.Distinct())
        {
            await copy.StartRowAsync(ct);
            await copy.WriteAsync(slice, NpgsqlDbType.TimestampTz, ct);
            await copy.WriteAsync(ids[key].Firewall, NpgsqlDbType.Integer, ct);
            await copy.WriteAsync(ids[key].DataSource, NpgsqlDbType.Integer, ct);
            await copy.WriteAsync(batch.ExceptionsVersion, NpgsqlDbType.Bigint, ct);
        }
        await copy.CompleteAsync(ct);
    }

    private static async Task TallyAsync(
        NpgsqlConnection connection,
        IntakeBatch batch,
        Dictionary<SourceKey, SourceIds> ids,
        CancellationToken ct
    )
    {
        // Several keys can share one row past the directory's limit: add up before one statement meets a row twice.
        var tallies = batch
            .Tallies.GroupBy(tally => (tally.Slice, Id: ids[tally.Source].DataSource))
            .OrderBy(row => row.Key.Slice)
            .ThenBy(row => row.Key.Id)
            .ToList();
        if (tallies.Count > 0)
            await connection.ExecuteAsync(
                UpsertTallies,
                ct,
                ("slices", tallies.ConvertAll(row => row.Key.Slice).ToArray()),
                ("sources", tallies.ConvertAll(row => row.Key.Id).ToArray()),
                ("denied", tallies.ConvertAll(row => row.Sum(tally => tally.Denied)).ToArray()),
                ("allowed", tallies.ConvertAll(row => row.Sum(tally => tally.Allowed)).ToArray()),
                ("unanswered", tallies.ConvertAll(row => row.Sum(tally => tally.Unanswered)).ToArray()),
                ("none", tallies.ConvertAll(row => row.Sum(tally => tally.None)).ToArray()),
                ("rejected", tallies.ConvertAll(row => row.Sum(tally => tally.Rejected)).ToArray()),
                ("suppressed", tallies.ConvertAll(row => row.Sum(tally => tally.Suppressed)).ToArray())
            );
        var countries = batch
            .Countries.GroupBy(c => (c.Key.Slice, Id: ids[c.Key.Source].DataSource, c.Key.Country))
            .OrderBy(row => row.Key.Slice)
            .ThenBy(row => row.Key.Id)
            .ThenBy(row => row.Key.Country, StringComparer.Ordinal)
            .ToList();
        if (countries.Count > 0)
            await connection.ExecuteAsync(
                UpsertCountries,
                ct,
                ("slices", countries.ConvertAll(row => row.Key.Slice).ToArray()),
                ("sources", countries.ConvertAll(row => row.Key.Id).ToArray()),
                ("countries", countries.ConvertAll(row => row.Key.Country).ToArray()),
                ("counts", countries.ConvertAll(row => row.Sum(c => c.Value)).ToArray())
            );
        if (batch.Changes is { Count: > 0 } changes)
            await connection.ExecuteAsync(
                InsertChanges,
                ct,
                ("times", changes.Select(change => change.At).ToArray()),
                ("firewalls", changes.Select(change => ids[change.Source].Firewall).ToArray()),
                ("sources", changes.Select(change => ids[change.Source].DataSource).ToArray()),
                ("whos", changes.Select(change => change.Who).ToArray()),
                ("whats", changes.Select(change => change.What).ToArray())
            );

        var rejects = batch
            .Rejects.GroupBy(reject => (Id: ids[reject.Source].DataSource, reject.Reason))
            .OrderBy(row => row.Key.Id)
            .ThenBy(row => row.Key.Reason, StringComparer.Ordinal);
        foreach (var row in rejects)
            await RejectRows.AddAsync(connection, row.Key.Id, row.Key.Reason, [.. row], batch.ReceivedAt, ct);

        // What is read again says nothing about how the source is now.
        if (batch.ReadAgain.Count > 0)
            return;

        var touched = ids.GroupBy(pair => pair.Value.DataSource, pair => pair.Key).OrderBy(row => row.Key).ToList();
        var last = touched.ConvertAll(row =>
            row.Where(batch.LastEvents.ContainsKey)
                .Select(key => ((DateTimeOffset At, string Json)?)batch.LastEvents[key])
                .MaxBy(found => found?.At)
        );
        await connection.ExecuteAsync(
            NoteSilences,
            ct,
            ("received", batch.ReceivedAt),
            ("sources", touched.ConvertAll(row => row.Key).ToArray()),
            ("shortest", ShortestSilence)
        );
        await connection.ExecuteAsync(
            TouchSources,
            ct,
            ("received", batch.ReceivedAt),
            ("sources", touched.ConvertAll(row => row.Key).ToArray()),
            ("times", last.ConvertAll(found => found?.At).ToArray()),
            ("jsons", last.ConvertAll(found => found?.Json).ToArray())
        );
    }
}
