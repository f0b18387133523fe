using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Denywatch.Cli.Import;

/// <summary>The server's answer was final, and no.</summary>
internal sealed class ImportException(string message) : Exception(message);

/// <summary>What the server counted of one part.</summary>
internal sealed record ImportAnswer(
    long Lines,
    long Events,
    long Denied,
    long Allowed,
    long Unanswered,
    long None,
    long Rejected,
    IReadOnlyList<ImportProblem>? Problems
);

internal sealed record ImportProblem(long Line, string Problem);

/// <summary>Posts parts to <c>/api/v1/import</c>. A part that got no answer, or "later", is sent again.</summary>
internal sealed class ImportClient : IDisposable
{
    private const int MostTries = 10;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);

    private readonly HttpClient http;

    public ImportClient(Uri server, string token)
    {
        http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromMinutes(2) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    public async Task<ImportAnswer> SendAsync(Guid import, FilePart part, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            string why;
            TimeSpan? asked = null;
            try
            {
                using var request = RequestOf(import, part);
                using var response = await http.SendAsync(request, ct);
                if (response.IsSuccessStatusCode)
                    return await response.Content.ReadFromJsonAsync<ImportAnswer>(ct)
                        ?? throw new ImportException("the server's answer was empty");

                why = await ReasonAsync(response, ct);
                if (response.StatusCode is not (HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable))
                    throw new ImportException(why);
                asked = response.Headers.RetryAfter?.Delta;
            }
            catch (HttpRequestException failure)
            {
                why = failure.Message;
            }
            catch (TaskCanceledException) when (!ct.IsCancellationRequested)
            {
                why = "the server did not answer in two minutes";
            }
            catch (System.Text.Json.JsonException)
            {
                throw new ImportException("the answer is not that of a Denywatch server: check the address");
            }

            if (attempt >= MostTries)
                throw new ImportException($"given up after {MostTries} tries at part {part.Number}: {why}");
            await Task.Delay(asked ?? Wait(attempt), ct);
        }
    }

    public void Dispose() => http.Dispose();

    private static HttpRequestMessage RequestOf(Guid import, FilePart part)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/import")
        {
            Content = new ByteArrayContent(part.Body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        request.Headers.Add("X-Denywatch-Import", import.ToString());
        request.Headers.Add("X-Denywatch-Part", part.Number.ToString());
        request.Headers.Add("X-Denywatch-First-Line", part.FirstLine.ToString());
        if (part.Preamble is { } preamble)
            request.Headers.Add("X-Denywatch-Preamble", Convert.ToBase64String(preamble));
        return request;
    }

    private static TimeSpan Wait(int attempt) =>
        TimeSpan.FromTicks(Math.Min(LongestWait.Ticks, FirstWait.Ticks << Math.Min(attempt - 1, 10)));

    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var text = (await response.Content.ReadAsStringAsync(ct)).Trim();
        var status = $"the server answered {(int)response.StatusCode} {response.ReasonPhrase}";
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized => status + ": the token is not known; make one on the data sources page",
            HttpStatusCode.Forbidden => status + ": the token may not import",
            HttpStatusCode.NotFound => status + ": is this the address of a Denywatch server?",
            _ => text.Length is 0 or > 500 ? status : $"{status}: {text}",
        };
    }
}
