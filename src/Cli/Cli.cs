using System.CommandLine;

namespace Pipeline.Cli;

/// <summary>Parses, runs, and turns what went wrong into one message on stderr and an exit code.</summary>
internal static class Cli
{
    public static async Task<int> RunAsync(string[] args, Host host, CancellationToken ct)
    {
        var globals = new Globals();
        var root = Commands.Root(globals, host);
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var output = globals.Output(parsed, host);
        if (parsed.Errors.Count > 0)
        {
            output.Fail(new Failure(
                Exit.Usage, parsed.Errors[0].Message, "pipeline --help lists the commands.",
                details: [.. parsed.Errors.Skip(1).Select(e => e.Message)]));
            return Exit.Usage;
        }

        try
        {
            var invocation = new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false,
                Output = host.Out,
                Error = host.Error,
                ProcessTerminationTimeout = TimeSpan.FromSeconds(5),
            };
            return await parsed.InvokeAsync(invocation, ct);
        }
        catch (Failure failure)
        {
            output.Fail(failure);
            return failure.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return Exit.Interrupted;
        }
        catch (IOException e)
        {
            output.Fail(new Failure(Exit.Unreachable, $"The connection to the server broke: {e.Message}", "Run the command again."));
            return Exit.Unreachable;
        }
    }
}
