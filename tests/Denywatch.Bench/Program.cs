using Denywatch.Bench;

if (args is not [var name, .. var arguments])
{
    foreach (var known in Benchmark.All)
        Console.WriteLine($"{known.Name, -10} {known.What}");

    return 0;
}

if (Benchmark.All.FirstOrDefault(known => known.Name == name) is not { } benchmark)
{
    await Console.Error.WriteLineAsync($"There is no benchmark {name}. ./bench lists them.");
    return 2;
}

using var stopping = new CancellationTokenSource();
Console.CancelKeyPress += (_, press) =>
{
    press.Cancel = true;
    stopping.Cancel();
};

var figures = await benchmark.RunAsync(arguments, stopping.Token);
Console.WriteLine(
    string.Join(' ', figures.Select(figure => FormattableString.Invariant($"{figure.Key}={figure.Value:0.####}")))
);
return 0;
