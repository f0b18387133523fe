using Denywatch.Cli;
using Denywatch.Cli.Import;
using Denywatch.Cli.Parse;
using Denywatch.Cli.Rules;
using Denywatch.Cli.Score;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

return args switch
{
    ["parse", .. var rest] => ParseCommand.Run(rest, stop.Token),
    ["import", .. var rest] => await ImportCommand.RunAsync(rest, stop.Token),
    ["rules", .. var rest] => await RulesCommand.RunAsync(rest, stop.Token),
    ["score", .. var rest] => ScoreCommand.Run(rest, stop.Token),
    _ => Help.Show(args),
};
