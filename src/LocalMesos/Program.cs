using System.Runtime.InteropServices;
using Pipeline.LocalMesos;
using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Posix;

if (args is ["--help"] or [])
{
    await (args.Length == 0 ? Console.Error : Console.Out).WriteAsync(Usage.Text);
    return args.Length == 0 ? 2 : 0;
}

LocalMesosOptions options;
try
{
    options = LocalMesosFlags.Parse(args);
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}

// A session of its own and no SIGHUP: the cluster outlives the terminal that started it. (Fails if a shell made this a leader already.)
_ = LibC.SetSession();
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);

return await ServeCommand.RunAsync(options);
