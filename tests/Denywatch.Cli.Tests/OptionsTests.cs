namespace Denywatch.Cli.Tests;

public sealed class OptionsTests
{
    [Fact]
    public void Options_and_files_come_in_any_order()
    {
        var options = Options.Read(
            ["a.log", "--zone", "UTC", "-", "--server=http://x", "--", "--odd"],
            "--zone",
            "--server"
        );

        Assert.Null(options.Problem);
        Assert.Equal(["a.log", "-", "--odd"], options.Files);
        Assert.Equal(("UTC", "http://x"), (options["--zone"], options["--server"]));
    }

    [Theory]
    [InlineData("a.log --frob", "there is no option --frob")]
    [InlineData("a.log --zone", "--zone needs a value")]
    [InlineData("--zone UTC", "name at least one FILE (- is standard input)")]
    public void Wrong_arguments_say_what_is_wrong(string args, string problem) =>
        Assert.Equal(problem, Options.Read(args.Split(' '), "--zone").Problem);
}
