using System.CommandLine;
using Pipeline.Cli.Commands;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli;

/// <summary>Parses, runs, and turns every error into one message on stderr and an exit code.</summary>
internal static class CommandLineApp
{
    public static async Task<int> RunAsync(string[] args, HostEnvironment host, CancellationToken ct)
    {
        var globals = new GlobalOptions();
        var root = CommandTree.Create(globals, host);
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        var output = globals.Printer(parsed, host);
        if (parsed.Errors.Count > 0)
        {
            output.Error(new CommandException(
                ExitCodes.Usage, parsed.Errors[0].Message, "For the list of commands run pipeline --help.",
                details: [.. parsed.Errors.Skip(1).Select(e => e.Message)]));
            return ExitCodes.Usage;
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
        catch (CommandException error)
        {
            output.Error(error);
            return error.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            output.Error(new CommandException(
                ExitCodes.Unreachable, $"The connection to the server broke: {e.Message}", "Run the command again."));
            return ExitCodes.Unreachable;
        }
    }
}
