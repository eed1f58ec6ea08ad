using System.Runtime.InteropServices;
using Pipeline.TaskRunner.Build;
using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Isolation;
using Pipeline.TaskRunner.Processes;
using Pipeline.TaskRunner.Run;
using Pipeline.TaskRunner.Runtime;
using Pipeline.TaskRunner.Server;

if (StartStages.Run(args) is { } failed)
    return failed;

Native.HideFromOthers();
var (environment, missing) = RunnerEnvironment.Read(
    Environment.GetEnvironmentVariable, Environment.GetEnvironmentVariables().Keys.Cast<string>(), Environment.CurrentDirectory);
if (environment is null)
{
    await Console.Error.WriteLineAsync($"taskrunner must be started by the scheduler as a task: the variable {missing} is missing.");
    return ExitCodes.Usage;
}

// Without it the runtime aborts at the first digest, without an explanation.
if (!NativeLibrary.TryLoad("libssl.so.3", out _) && !NativeLibrary.TryLoad("libssl.so.1.1", out _))
{
    await Console.Error.WriteLineAsync("CONFIG: OpenSSL (libssl.so.3) is not installed. Add it to the image.");
    return ExitCodes.Config;
}

using var signals = new SignalRelay();
using var server = new ServerClient(environment.Server, environment.TaskId, ServerClient.Patience, TimeProvider.System);
try
{
    if (await RunCommand.RefusesAsync(environment, signals.Stop))
        return ExitCodes.PortTaken;
    return await server.RedeemAsync(environment.Ticket, RunCommand.WatchesPorts(environment), signals.Stop) switch
    {
        { Spec: BuildSpec build } => await new BuildCommand(environment, build, server, TimeProvider.System).RunAsync(signals.Stop),
        { Spec: RunSpec run } it => await new RunCommand(environment, run, it, server, signals, TimeProvider.System).RunAsync(signals.Stop),
        { Spec: var other } => throw new InfraException($"This runner does not know specs of the kind {other.GetType().Name}. Upgrade it."),
    };
}
catch (OperationCanceledException) when (signals.ExitCode is { } signalled)
{
    return signalled;
}
catch (Exception e) when (e is InfraException or ServerRefusedException or IOException)
{
    await Console.Error.WriteLineAsync($"INFRA: {e.Message}");
    return ExitCodes.Infra;
}
