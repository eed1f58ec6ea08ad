using System.Globalization;
using System.Text;
using Pipeline.Attestation;
using Pipeline.Attestation.Runs;
using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Files;
using Pipeline.TaskRunner.Isolation;
using Pipeline.TaskRunner.Ports;
using Pipeline.TaskRunner.Processes;
using Pipeline.TaskRunner.Runtime;
using Pipeline.TaskRunner.Server;

namespace Pipeline.TaskRunner.Run;

/// <summary>Runs a deployable: verify, fetch, unpack, run, pass signals on.</summary>
internal sealed class RunCommand(
    RunnerEnvironment runner, RunSpec spec, RedeemedTicket redeemed, ServerClient server, SignalRelay signals, TimeProvider time)
{
    private const long LogBytes = 10 * 1024 * 1024;
    private const int LogFiles = 3;
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReportPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopGrace = TimeSpan.FromSeconds(5);

    /// <summary>Whether the runner knows which programs are the task's and who listens: in a view of its own, on a kernel that says so.
    /// </summary>
    public static bool WatchesPorts(RunnerEnvironment runner) =>
        runner is { Isolator: Isolator.Bubblewrap, Ports.Count: > 0 } && Listener.CanBeSeen;

    /// <summary>Says so when another program listens on a port of the task. Asked before the server hears of the task, which until then
    /// takes nobody's answer on the port for the task's.</summary>
    public static async Task<bool> RefusesAsync(RunnerEnvironment runner, CancellationToken stop)
    {
        if (await PortWatch.TakenAsync(runner.Ports, TimeProvider.System, stop) is not { } port)
            return false;
        await Console.Error.WriteLineAsync(Taken(port));
        return true;
    }

    private static string Taken(int port) =>
        string.Create(CultureInfo.InvariantCulture, $"PORT: another program listens on port {port}, which the agent gave to this task.");

    public async Task<int> RunAsync(CancellationToken stop)
    {
        using var view = new TaskView(runner, "app");
        VerifiedRun verified;
        try
        {
            verified = await new AgentTrust(runner, time).VerifyAsync(spec, redeemed, stop);
            await FetchAsync(verified.Specification, view.Work.Path, stop);
        }
        catch (VerificationException e)
        {
            return await RefuseAsync(e.Outcome);
        }
        catch (HostileArchiveException e)
        {
            return await RefuseAsync(new VerificationOutcome(
                VerificationCode.DigestMismatch, $"The artifact cannot be unpacked safely. {e.Message}"));
        }

        catch (ArchiveTooLargeException e)
        {
            await Console.Error.WriteLineAsync($"CONFIG: The artifact is too large. {e.Message}");
            return ExitCodes.TooLarge;
        }

        view.Prepare();
        var environment = DeployEnvironment.For(runner, spec, verified, view);
        DeployEnvironment.Write(Path.Combine(runner.Sandbox, "deploy.env"), environment);
        return await ExecuteAsync(verified, environment, view);
    }

    private async Task FetchAsync(RunSpecification specification, string folder, CancellationToken stop)
    {
        var artifact = specification.Artifact;
        var file = Path.Combine(runner.Sandbox, "artifact");
        var digest = await server.DownloadAsync($"artifacts/{artifact.Digest}", file, artifact.Bytes, stop);
        if (digest != artifact.Digest)
            throw new VerificationException(
                VerificationCode.DigestMismatch, "The artifact's bytes do not match its digest.", artifact.Digest, digest);

        // Only what was just verified may be in the folder.
        if (Path.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        if (artifact.MediaType == ReproducibleTar.MediaType)
        {
            SafeTar.Unpack(file, folder, UnpackLimits.OfDisk(specification.DiskMb), LinkRule.Inside);
            File.Delete(file);
            return;
        }

        var target = Path.Combine(folder, Path.GetFileName(artifact.Name) is { Length: > 0 } name ? name : "artifact");
        File.Move(file, target, overwrite: true);
        File.SetUnixFileMode(
            target, File.GetUnixFileMode(target) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    private async Task<int> ExecuteAsync(VerifiedRun verified, Dictionary<string, string> environment, TaskView view)
    {
        var command = ShellCommand.Of(verified.Specification.Command, verified.Arguments);
        var child = await ChildGroup.StartAsync(view.Launch(command, view.Work.Seen, environment));
        signals.PassTo(child);
        using var log = new RotatingLog(Path.Combine(runner.Sandbox, "service.log"), LogBytes, LogFiles);
        var pump = PumpAsync(child.Output, log);
        var taken = await WatchPortsAsync(child);
        var exitCode = await child.Exited;
        child.Signal(Native.SigKill);
        await Task.WhenAny(pump, Task.Delay(OutputGrace, time, CancellationToken.None));
        if (taken is { } port)
            Keep(log, Stream.Null, Encoding.UTF8.GetBytes($"pipeline: {Taken(port)}\n"));
        else if (ExitCodes.OfProgram(exitCode) != exitCode)
            Keep(log, Stream.Null, Encoding.UTF8.GetBytes($"pipeline: the program ended with exit code {exitCode}; shown as 1\n"));
        return taken is null ? ExitCodes.OfProgram(exitCode) : ExitCodes.PortTaken;
    }

    /// <summary>Waits for the end of the program, or stops it when another has one of its ports.</summary>
    /// <returns>That port; null for none.</returns>
    private async Task<int?> WatchPortsAsync(ChildGroup child)
    {
        if (child.Top is not { } top || !WatchesPorts(runner))
            return null;
        using var over = new CancellationTokenSource();
        var watch = new PortWatch(
            runner.Ports, () => OwnSockets.Below(top), ports => _ = ReportPortsAsync(ports, over.Token), time).RunAsync(over.Token);
        await Task.WhenAny(watch, child.Exited);
        if (!child.Exited.IsCompleted)
            await child.StopAsync(StopGrace, time);
        await over.CancelAsync();
        return await watch;
    }

    private async Task ReportPortsAsync(IReadOnlyList<int> ports, CancellationToken over)
    {
        try
        {
            await server.ReportPortsAsync(ports, over);
        }
        catch (Exception e) when (e is OperationCanceledException or ServerRefusedException or InfraException)
        {
            // A service does not need the server once it runs; without this word it does not become healthy.
            if (!over.IsCancellationRequested)
                await Console.Error.WriteLineAsync($"The server did not accept on which ports the program listens: {e.Message}");
        }
    }

    private static async Task PumpAsync(Stream output, RotatingLog log)
    {
        await using var sandboxOutput = Console.OpenStandardOutput();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await output.ReadAsync(buffer)) > 0)
            Keep(log, sandboxOutput, buffer.AsSpan(0, read));
    }

    // A service goes on when the disk of its log is full: what cannot be kept is dropped.
    private static void Keep(RotatingLog log, Stream sandboxOutput, ReadOnlySpan<byte> bytes)
    {
        try
        {
            log.Write(bytes);
            sandboxOutput.Write(bytes);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // There is nowhere to report it: the disk for reports is the one that is full.
        }
    }

    private async Task<int> RefuseAsync(VerificationOutcome outcome)
    {
        await Console.Error.WriteLineAsync(
            $"VERIFY {outcome.Code}: {outcome.Detail} expected={outcome.Expected ?? "-"} found={outcome.Found ?? "-"}");
        using var limit = new CancellationTokenSource(ReportPatience, time);
        try
        {
            await server.ReportSecurityAsync(
                new SecurityReport(outcome.Code!, outcome.Detail, outcome.Expected, outcome.Found), limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ServerRefusedException or InfraException)
        {
            // The exit code tells it too.
            await Console.Error.WriteLineAsync($"The server did not accept the security report: {e.Message}");
        }

        return ExitCodes.Security;
    }
}
