using Denywatch.Storage.Embedded;

// An app with nothing but the private server in it, for the tests that kill an app; with the settings that
// promise durability, unlike those of most tests.
if (args is not ["postgres", var folder])
    return 2;

await using var server = new EmbeddedPostgres(folder);
var connection = await server.StartAsync();
Console.WriteLine($"{server.ServerPid} {connection}");
await Task.Delay(Timeout.Infinite);
return 0;
