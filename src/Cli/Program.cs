using Pipeline.Cli;
using Pipeline.Cli.Sessions;

return await CommandLineApp.RunAsync(args, HostEnvironment.Current(), CancellationToken.None);
