using System.Text;
using System.Text.Json;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Denywatch.Testing;
using Denywatch.Web.Features.Accounts;
using Denywatch.Web.Features.Administration;
using Denywatch.Web.Ui;

namespace Denywatch.Web.Tests.Features.Administration;

public sealed class AuditTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly DateTimeOffset now = new(2026, 11, 3, 14, 20, 0, TimeSpan.Zero);
    private static readonly Actor ana = new(null, "ana", AccountRole.Analyst);
    private static readonly Actor ben = new(null, "ben", AccountRole.Admin);

    private TestDatabase database = null!;
    private AuditQueries queries = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(postgres);
        queries = new(database, new FixedClock(now));
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    [Fact]
    public async Task Entries_are_found_by_who_deed_thing_time_and_words()
    {
        await AddAsync(
            Audit.Entry(ana, "close", ("alert", "7"), null, null, "Ticket 4711", now.AddDays(-2)),
            Audit.Entry(ana, "close", ("alert", "8"), null, null, "100 % ours", now.AddMinutes(-5)),
            Audit.Entry(ben, "tune", ("rule", "7"), null, null, null, now.AddMinutes(-4))
        );

        Assert.Equal(["8", "7"], await FoundAsync(new(Who: "ana")));
        Assert.Equal(["7"], await FoundAsync(new(Deed: "tune")));
        Assert.Equal(["7"], await FoundAsync(new(Kind: "alert", Subject: "7")));
        Assert.Equal(["7", "8"], await FoundAsync(new(Range: "1h")));
        Assert.Equal(["7"], await FoundAsync(new(Who: "ana", Range: "2026-11-01T00:00Z--2026-11-02T00:00Z")));
        Assert.Equal(["7"], await FoundAsync(new(Text: "TICKET")));
        Assert.Equal(["8"], await FoundAsync(new(Text: "0 %")));
        Assert.Equal(["7", "8", "7"], await FoundAsync(new(Text: "  ")));
        var choices = await queries.ChoicesAsync(Ct);
        Assert.Equal(["ana", "ben"], choices.Actors);
        Assert.Equal(["close", "tune"], choices.Deeds);
        Assert.Equal(["alert", "rule"], choices.Kinds);
    }

    [Fact]
    public async Task A_hundred_thousand_entries_are_scrolled_by_key_and_what_arrives_meanwhile_moves_none()
    {
        await using (var connection = await database.Source.OpenConnectionAsync(Ct))
            await connection.ExecuteAsync(
                """
                INSERT INTO audit (at, actor, deed, subject_kind, subject_id)
                SELECT now(), 'ana', 'close', 'alert', n::text FROM generate_series(1, 100000) n
                """,
                Ct
            );
        var pages = await queries.PagesAsync(new(), Ct);
        await AddAsync(Audit.Entry(ben, "tune", ("rule", "new"), null, null, null, now));

        Assert.Equal((100_000, 1_000), (pages.Total, pages.Firsts.Count));
        Assert.Equal(["100000", "99999"], await RowsAsync(pages, 0, 2));
        Assert.Equal(["50050", "50049", "50048"], await RowsAsync(pages, 49_950, 3));
        Assert.Equal(["2", "1"], await RowsAsync(pages, 99_998, 50));
        Assert.Empty(await RowsAsync(pages, 100_000, 50));
    }

    [Fact]
    public async Task A_filtered_view_is_exported_as_CSV_and_NDJSON()
    {
        await AddAsync(
            Audit.Entry(
                ana,
                "close",
                ("alert", "7"),
                new { status = "Open" },
                new { status = "Closed" },
                "=1, \"x\"",
                now
            ),
            Audit.Entry(ben, "tune", ("rule", "9"), null, null, null, now)
        );
        var view = new AuditView(Who: "ana");
        using var csv = new MemoryStream();
        using var json = new MemoryStream();

        await AuditFile.WriteCsvAsync(queries.AllAsync(view, Ct), csv, Ct);
        await Ndjson.WriteAsync(queries.AllAsync(view, Ct).Select(AuditLine.Of), json, Ct);

        var lines = Encoding.UTF8.GetString(csv.ToArray()).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, lines.Length);
        Assert.Equal("id,at,actor,deed,subject_kind,subject_id,why,before,after", lines[0]);
        Assert.Equal(
            "1,2026-11-03T14:20:00.000000Z,ana,close,alert,7,\"'=1, \"\"x\"\"\",\"{\"\"status\"\": \"\"Open\"\"}\",\"{\"\"status\"\": \"\"Closed\"\"}\"",
            lines[1]
        );
        var line = JsonDocument.Parse(json.ToArray()).RootElement;
        Assert.Equal("Closed", line.GetProperty("after").GetProperty("status").GetString());
    }

    [Fact]
    public void A_change_is_told_on_one_line_and_leads_to_its_thing()
    {
        Assert.Equal(
            "Ticket 4711; status Open → Closed",
            Changes.InWords("Ticket 4711", """{"status":"Open","id":1}""", """{"status":"Closed","id":1}""")
        );
        Assert.Equal("/alerts/7", AuditSubject.UrlOf("alert", "7"));
        Assert.Null(AuditSubject.UrlOf("weather", "7"));
    }

    [Fact]
    public void The_address_holds_the_view()
    {
        var view = new AuditView("ana", Deed: "close", Text: " a&b ", Range: "nonsense", Entry: 4).Cleaned();

        Assert.Equal("/settings/audit?who=ana&deed=close&text=a%26b&entry=4", view.ToUrl());
        Assert.Equal("/api/v1/audit/export?who=ana&deed=close&text=a%26b&format=csv", view.ExportUrl("csv"));
    }

    private async Task AddAsync(params AuditEntry[] entries)
    {
        await using var db = database.CreateDbContext();
        foreach (var entry in entries)
        {
            db.Audit.Add(entry);
            await db.SaveChangesAsync(Ct);
        }
    }

    private async Task<IEnumerable<string>> FoundAsync(AuditView view) =>
        (await queries.PageAsync(view, long.MaxValue, 9, Ct)).Select(entry => entry.SubjectId);

    private async Task<IEnumerable<string>> RowsAsync(KeyPages pages, int start, int count) =>
        (await pages.RowsAsync(start, count, (from, take) => queries.PageAsync(new(), from, take, Ct))).Select(e =>
            e.SubjectId
        );
}
