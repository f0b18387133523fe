using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Denywatch.Storage.Entities;
using Denywatch.Testing;

namespace Denywatch.EndToEnd;

/// <summary>Every deed that the API knows, tried by every role: whoever may not is told so, and nothing has changed.</summary>
public sealed class ApiRolesTests(PostgresFixture postgres)
{
    /// <summary>The least role for a deed, by how its path begins; the longest that fits decides.</summary>
    private static readonly Dictionary<string, AccountRole> least = new(StringComparer.Ordinal)
    {
        ["/api/v1/alerts"] = AccountRole.Analyst,
        ["/api/v1/exceptions"] = AccountRole.Analyst,
        ["/api/v1/exceptions/requests/{id}/approve"] = AccountRole.Engineer,
        ["/api/v1/windows"] = AccountRole.Engineer,
        ["/api/v1/rules/{id}/switch"] = AccountRole.Analyst,
        ["/api/v1/rules/{id}/settings"] = AccountRole.Engineer,
        ["/api/v1/rules/{id}/settings/preview"] = AccountRole.Viewer,
        ["/api/v1/rules/{id}/gaps"] = AccountRole.Engineer,
        ["/api/v1/rules/import"] = AccountRole.Engineer,
        ["/api/v1/rules/{id}/roll-back"] = AccountRole.Engineer,
        ["/api/v1/jobs"] = AccountRole.Engineer,
        ["/api/v1/source-alarms"] = AccountRole.Analyst,
        ["/api/v1/source-alarms/{id}/dismiss"] = AccountRole.Engineer,
        ["/api/v1/learnt"] = AccountRole.Analyst,
        ["/api/v1/sites"] = AccountRole.Engineer,
        ["/api/v1/assets"] = AccountRole.Engineer,
        ["/api/v1/connectors"] = AccountRole.Admin,
        ["/api/v1/deliveries"] = AccountRole.Admin,
    };

    /// <summary>The least role for reading what not everybody may read.</summary>
    private static readonly Dictionary<string, AccountRole> readers = new(StringComparer.Ordinal)
    {
        ["/api/v1/audit"] = AccountRole.Admin,
        ["/api/v1/connectors"] = AccountRole.Admin,
        ["/api/v1/deliveries"] = AccountRole.Engineer,
    };

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(30) };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_deed_is_for_its_role_and_above_and_an_unauthorised_one_changes_nothing()
    {
        var database = await postgres.CreateDatabaseAsync();
        await using var app = await AppProcess.StartAsync(new() { ConnectionString = database }, Ct);
        var tokens = await ApiTokens.OfEveryRoleAsync(database, Ct);
        var operations = await OperationsAsync(app);
        Assert.NotEmpty(operations);
        var before = await FingerprintAsync(app);

        List<string> wrong = [];
        foreach (var (method, path) in operations)
        {
            if (await AskAsync(app, method, path, token: null) is not HttpStatusCode.Unauthorized)
                wrong.Add($"{method} {path} answers a stranger");
            foreach (var (role, token) in tokens)
            {
                if (RoleFor(method, path) is not { } needed)
                {
                    wrong.Add($"{method} {path} is in no table of roles");
                    break;
                }
                if (role >= needed)
                    continue;
                var answer = await AskAsync(app, method, path, token);
                if (answer != HttpStatusCode.Forbidden)
                    wrong.Add($"{method} {path} answers {(int)answer} to a {role}");
            }
        }
        Assert.Empty(wrong);
        Assert.Equal(before, await FingerprintAsync(app));

        foreach (var (method, path) in operations)
        {
            foreach (var (role, token) in tokens.Where(token => token.Role >= RoleFor(method, path)))
            {
                var answer = await AskAsync(app, method, path, token);
                if (answer is HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized || (int)answer >= 500)
                    wrong.Add($"{method} {path} answers {(int)answer} to a {role}");
            }
        }
        Assert.Empty(wrong);
    }

    private static AccountRole? RoleFor(string method, string path)
    {
        var table = method == "get" ? readers : least;
        var known = table
            .Keys.Where(start => path.StartsWith(start, StringComparison.Ordinal))
            .MaxBy(start => start.Length);
        return known is not null ? table[known]
            : method == "get" ? AccountRole.Viewer
            : null;
    }

    /// <summary>As the product's own document lists them, but for intake, which has tokens of its own.</summary>
    private static async Task<List<(string Method, string Path)>> OperationsAsync(AppProcess app)
    {
        using var document = JsonDocument.Parse(await Http.GetStringAsync(new Uri($"{app.Url}/openapi/v1.json"), Ct));
        return
        [
            .. document
                .RootElement.GetProperty("paths")
                .EnumerateObject()
                .Where(path =>
                    path.Name.StartsWith("/api/v1/", StringComparison.Ordinal) && path.Name != "/api/v1/import"
                )
                .SelectMany(path => path.Value.EnumerateObject().Select(verb => (verb.Name, path.Name))),
        ];
    }

    private static async Task<HttpStatusCode> AskAsync(AppProcess app, string method, string path, string? token)
    {
        var address = path.Replace("/rules/{id}", $"/rules/{Guid.Empty}", StringComparison.Ordinal)
            .Replace("{id}", "1", StringComparison.Ordinal)
            .Replace("{exclusion}", "1", StringComparison.Ordinal);
        using var request = new HttpRequestMessage(
            new HttpMethod(method.ToUpperInvariant()),
            new Uri(app.Url + address)
        );
        if (token is not null)
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (method != "get")
            request.Content = path.EndsWith("/windows/import", StringComparison.Ordinal)
                ? new StringContent("BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n", Encoding.UTF8, "text/calendar")
                : new StringContent("{}", Encoding.UTF8, "application/json");
        using var answer = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ct);
        return answer.StatusCode;
    }

    /// <summary>All that people can change.</summary>
    private static Task<string?> FingerprintAsync(AppProcess app) =>
        new Intake(app).AskAsync<string>(
            $"SELECT concat_ws('|', {string.Join(", ", Tables.Select(table => $"(SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t)"))})",
            Ct
        );

    private static readonly string[] Tables =
    [
        "alerts",
        "alert_notes",
        "rules",
        "rule_versions",
        "exceptions",
        "exception_requests",
        "connectors",
        "deliveries",
        "saved_views",
        "sites",
        "assets",
        "source_alarms",
        "accounts",
        "audit",
    ];
}
