using Pipeline.Cli;

return await Cli.RunAsync(args, Host.Real(), CancellationToken.None);
