using Microsoft.Extensions.Time.Testing;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Tests.Kit;

/// <summary>What a command line left behind.</summary>
internal sealed record Result(int Code, string Out, string Error)
{
    /// <summary>The last line of stdout, of a command that prints one JSON object a line.</summary>
    public string LastLine => Out.TrimEnd().Split('\n')[^1];
}

/// <summary>Runs a command line as a person or a script would.</summary>
internal static class Run
{
    /// <summary>In a pipe.</summary>
    public static Task<Result> Async(FakeServer? server, params string[] args) => Async(server, terminal: false, args);

    /// <param name="terminal">Somebody looks at stdout.</param>
    public static Task<Result> Async(FakeServer? server, bool terminal, params string[] args) =>
        WithAsync(server, args, terminal: terminal);

    /// <summary>In a pipe, one string: split at spaces.</summary>
    public static Task<Result> LineAsync(FakeServer? server, string line) => WithAsync(server, line.Split(' '));

    /// <param name="variables">Over the usual ones.</param>
    public static async Task<Result> WithAsync(
        FakeServer? server, string[] args, bool terminal = false, Dictionary<string, string?>? variables = null, TimeProvider? time = null,
        CancellationToken ct = default)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        await using var error = new StringWriter { NewLine = "\n" };
        var environment = new Dictionary<string, string?> { ["PIPELINE_URL"] = server?.Url, ["PIPELINE_TOKEN"] = "plt_test" };
        foreach (var (name, value) in variables ?? [])
            environment[name] = value;
        var host = new HostEnvironment(output, error, environment.GetValueOrDefault, terminal, false, time ?? TimeProvider.System);
        var code = await CommandLineApp.RunAsync(args, host, ct);
        return new Result(code, output.ToString(), error.ToString());
    }

    /// <summary>Runs it to its end on a clock that does not wait: each pause is over as soon as it begins.</summary>
    public static async Task<Result> FastAsync(FakeServer? server, params string[] args)
    {
        var time = new FakeTimeProvider(Sample.Now);
        var running = WithAsync(server, args, time: time);
        await TestKit.Eventually.IsTrueAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return Task.FromResult(running.IsCompleted);
            },
            TimeSpan.FromSeconds(60), "the command ended");
        return await running;
    }
}
