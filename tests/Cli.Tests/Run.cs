namespace Pipeline.Cli.Tests;

/// <summary>Runs a command line as a person or a script would.</summary>
internal static class Run
{
    public static Task<(int Code, string Out, string Error)> Async(FakeServer? server, params string[] args) => Async(server, false, args);

    /// <param name="terminal">Somebody looks at stdout.</param>
    public static async Task<(int Code, string Out, string Error)> Async(FakeServer? server, bool terminal, params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        var env = new Dictionary<string, string?> { ["PIPELINE_URL"] = server?.Url, ["PIPELINE_TOKEN"] = "plt_test" };
        var host = new Host(output, error, name => env.GetValueOrDefault(name), terminal, false, TimeProvider.System);
        var code = await Cli.RunAsync(args, host, CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }
}
