namespace Denywatch.Cli;

/// <summary>What the commands are, and the answer to a command that is none.</summary>
internal static class Help
{
    private const string Text = """
        denywatch: firewall denies from logs

          denywatch parse FILE...     one JSON object per event on standard output
              --integration NAME      read every line with this integration only
              --zone ZONE             IANA zone of times that state none (default UTC)
          denywatch import FILE...    send files to a server that counts them
              --server URL            or DENYWATCH_SERVER
              --token TOKEN           or DENYWATCH_TOKEN
          denywatch rules show FILE... what rule files (TOML, NDJSON) say
              --json                  one JSON object per rule
          denywatch rules import FILE... make and update a server's rules; a FILE may be a folder
              --server URL            or DENYWATCH_SERVER
              --token TOKEN           an API token of an engineer, or DENYWATCH_TOKEN
              --why TEXT              kept with each version it makes
          denywatch score FILE...     score counts (CSV: timestamp,count) as they would have been scored live
              --output DIR            where one CSV of records for each FILE is written
              --time-zones FILE       JSON object from series name to IANA zone (default UTC)

        A FILE of score may be a folder: all its .csv and .csv.gz.

        FILE may be compressed (.gz); - is standard input.
        Exit code: 0 done, 1 problems, 2 wrong usage.
        """;

    public static int Show(string[] args)
    {
        if (args is [] or ["help"] or ["--help"] or ["-h"])
        {
            Console.Out.WriteLine(Text);
            return Exit.Done;
        }
        Console.Error.WriteLine($"denywatch: there is no command \"{args[0]}\"");
        Console.Error.WriteLine(Text);
        return Exit.Usage;
    }
}

internal static class Exit
{
    public const int Done = 0;
    public const int Problems = 1;
    public const int Usage = 2;
}
