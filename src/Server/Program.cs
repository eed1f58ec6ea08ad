using Microsoft.Extensions.Options;
using Pipeline.Embedded;
using Pipeline.Kernel;
using Pipeline.Server;

// server up [--once]   PostgreSQL, clusters and a sample on this machine
// server serve         with the PostgreSQL and the masters of the configuration
try
{
    return args switch
    {
        ["up", .. var rest] => await UpCommand.RunAsync(rest, settings => PipelineHost.Build([], settings)),
        ["serve", .. var rest] => await ServeCommand.RunAsync(rest),
        _ => throw new UsageException($"usage: server up [--once] | server serve{(args.Length > 0 ? $" (not '{args[0]}')" : "")}"),
    };
}
catch (UsageException e)
{
    await Console.Error.WriteLineAsync($"error: {e.Message}");
    return 2;
}
catch (OptionsValidationException e)
{
    await Console.Error.WriteLineAsync("error: the configuration is not valid:");
    foreach (var failure in e.Failures)
        await Console.Error.WriteLineAsync($"  {failure}");
    return 2;
}
