using System.Net.Http.Headers;
using System.Text;
using Denywatch.Storage;
using Npgsql;

namespace Denywatch.EndToEnd;

/// <summary>Asks the database what was counted, and sends over HTTP.</summary>
public sealed class Intake(AppProcess app)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromMinutes(2) };

    /// <summary>Sends a file's text as one part of an import.</summary>
    public async Task<string> ImportAsync(string token, string text, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{app.Url}/api/v1/import"))
        {
            Content = new StringContent(text, Encoding.UTF8, "text/plain"),
        };
        request.Headers.Authorization = new("Bearer", token);
        request.Headers.Add("X-Denywatch-Import", Guid.NewGuid().ToString());
        request.Headers.Add("X-Denywatch-Part", "0");
        using var answer = await Http.SendAsync(request, ct);
        answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadAsStringAsync(ct);
    }

    /// <summary>Sends bytes to <c>_bulk</c>.</summary>
    public async Task<HttpResponseMessage> BulkAsync(string token, byte[] body, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{app.Url}/_bulk"))
        {
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse("application/x-ndjson");
        request.Headers.Authorization = new("ApiKey", token);
        return await Http.SendAsync(request, ct);
    }

    public async Task<T?> AskAsync<T>(string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(app.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(ct);
        return await connection.ScalarAsync<T>(sql, ct);
    }

    /// <summary>Denied attempts stored.</summary>
    public async Task<long> DeniesAsync(CancellationToken ct) =>
        (long)await AskAsync<decimal>("SELECT coalesce(sum(count), 0) FROM all_flows", ct);

    /// <summary>Waits until <paramref name="expected"/> denies are stored, or no more have come for a while.</summary>
    /// <returns>How many there are then.</returns>
    public async Task<long> SettledAsync(long expected, TimeSpan quiet, CancellationToken ct)
    {
        var (last, since) = (-1L, DateTimeOffset.UtcNow);
        while (true)
        {
            long now;
            try
            {
                now = await DeniesAsync(ct);
            }
            catch (NpgsqlException)
            {
                now = last; // it is just being killed
            }
            if (now != last)
                (last, since) = (now, DateTimeOffset.UtcNow);
            if (now >= expected || DateTimeOffset.UtcNow - since > quiet)
                return now;
            await Task.Delay(250, ct);
        }
    }

    /// <summary>Waits until <paramref name="sql"/> gives true.</summary>
    public async Task UntilAsync(string sql, TimeSpan patience, CancellationToken ct)
    {
        var until = DateTimeOffset.UtcNow + patience;
        while (!await AskAsync<bool>(sql, ct))
        {
            Assert.True(DateTimeOffset.UtcNow < until, $"Not within {patience.TotalSeconds} s: {sql}\n{app.Log}");
            await Task.Delay(250, ct);
        }
    }
}
