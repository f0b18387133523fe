namespace Denywatch.Cli.Import;

/// <summary>
/// <c>denywatch import FILE...</c>: sends logs of the past to a server, which counts each part once however often it is
/// sent, and says per line what it could not read.
/// </summary>
internal static class ImportCommand
{
    public static async Task<int> RunAsync(string[] args, CancellationToken ct)
    {
        var options = Options.Read(args, "--server", "--token");
        var server = options["--server"] ?? Environment.GetEnvironmentVariable("DENYWATCH_SERVER");
        var token = options["--token"] ?? Environment.GetEnvironmentVariable("DENYWATCH_TOKEN");
        if (options.Problem is { } problem)
            return Wrong(problem);
        if (!Uri.TryCreate(server, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            return Wrong("name the server: --server http://localhost:8080, or DENYWATCH_SERVER");
        if (string.IsNullOrWhiteSpace(token))
            return Wrong("give a token: --token TOKEN, or DENYWATCH_TOKEN");

        using var client = new ImportClient(address, token);
        var exit = Exit.Done;
        foreach (var file in options.Files)
        {
            if (!await ImportFileAsync(client, file, ct))
                exit = Exit.Problems;
            if (ct.IsCancellationRequested)
                return Exit.Problems;
        }
        return exit;
    }

    private static async Task<bool> ImportFileAsync(ImportClient client, string file, CancellationToken ct)
    {
        var total = new ImportTotal();
        try
        {
            await using var stream = LogFile.Open(file, out var length, out var raw);
            await using (raw)
            {
                using var progress = new ProgressBar(file, length);
                var import = Guid.NewGuid();
                foreach (var part in FileParts.Of(stream))
                {
                    ct.ThrowIfCancellationRequested();
                    total.Add(await client.SendAsync(import, part, ct));
                    progress.Show(raw.CanSeek ? raw.Position : 0, total.Lines);
                }
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            Console.Error.WriteLine($"{file}: stopped; what the server has counted so far stays counted");
        }
        catch (Exception failure)
            when (failure is IOException or UnauthorizedAccessException or InvalidDataException or ImportException)
        {
            Console.Error.WriteLine($"{file}: {failure.Message}");
            total.Tell(file);
            return false;
        }
        total.Tell(file);
        return !ct.IsCancellationRequested;
    }

    private static int Wrong(string problem)
    {
        Console.Error.WriteLine($"denywatch import: {problem}");
        return Exit.Usage;
    }
}
