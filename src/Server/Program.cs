using System.CommandLine;
using Pipeline.Server.Start;

var parsed = ServerCommandLine.Create().Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
if (parsed.Errors.Count > 0)
{
    foreach (var error in parsed.Errors)
        await Console.Error.WriteLineAsync($"error: {error.Message}");
    await Console.Error.WriteLineAsync("For the commands and their options run Pipeline.Server --help.");
    return 2;
}

try
{
    // The commands end on signals by themselves: what they started has to be stopped in order.
    return await parsed.InvokeAsync(
        new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
}
catch (Exception e) when (StartFailure.Of(e) is { } failure)
{
    await Console.Error.WriteLineAsync($"error: {string.Join(Environment.NewLine, failure.Lines)}");
    return failure.ExitCode;
}
