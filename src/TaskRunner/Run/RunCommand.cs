using Pipeline.Attestation;
using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Files;
using Pipeline.TaskRunner.Processes;
using Pipeline.TaskRunner.Runtime;
using Pipeline.TaskRunner.Server;

namespace Pipeline.TaskRunner.Run;

/// <summary>Runs a deployable: verify, fetch, unpack, run, pass signals on.</summary>
internal sealed class RunCommand(RunnerEnvironment runner, RunSpec spec, ServerClient server, SignalRelay signals, TimeProvider time)
{
    private const long LogBytes = 10 * 1024 * 1024;
    private const int LogFiles = 3;
    private static readonly TimeSpan OutputGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ReportPatience = TimeSpan.FromSeconds(60);
    private readonly string folder = Path.Combine(runner.Sandbox, "app");

    public async Task<int> RunAsync(CancellationToken stop)
    {
        try
        {
            await new AgentTrust(runner, time).VerifyAsync(spec, stop);
            await FetchAsync(stop);
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

        var environment = DeployEnvironment.For(runner, spec);
        DeployEnvironment.Write(Path.Combine(runner.Sandbox, "deploy.env"), environment);
        return await ExecuteAsync(environment);
    }

    private async Task FetchAsync(CancellationToken stop)
    {
        var file = Path.Combine(runner.Sandbox, "artifact");
        var digest = await server.DownloadAsync($"artifacts/{spec.ArtifactDigest}", file, spec.ArtifactBytes, stop);
        if (digest != spec.ArtifactDigest)
            throw new VerificationException(
                VerificationCode.DigestMismatch, "The artifact's bytes do not match its digest.", spec.ArtifactDigest, digest);

        // Only what was just verified may be in the folder.
        if (Path.Exists(folder))
            Directory.Delete(folder, recursive: true);
        Directory.CreateDirectory(folder);
        if (spec.MediaType == ReproducibleTar.MediaType)
        {
            SafeTar.Unpack(file, folder, UnpackLimits.Default);
            File.Delete(file);
            return;
        }

        var target = Path.Combine(folder, Path.GetFileName(spec.ArtifactName) is { Length: > 0 } name ? name : "artifact");
        File.Move(file, target);
        File.SetUnixFileMode(
            target, File.GetUnixFileMode(target) | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }

    private async Task<int> ExecuteAsync(Dictionary<string, string> environment)
    {
        // The shell gets the arguments as they are: what a word means is never decided by quoting.
        string[] command = spec.Arguments.Count == 0
            ? ["/bin/sh", "-c", spec.Run]
            : ["/bin/sh", "-c", spec.Run + " \"$@\"", "sh", .. spec.Arguments];
        var child = await ChildGroup.StartAsync(command, folder, environment);
        signals.PassTo(child);
        using var log = new RotatingLog(Path.Combine(runner.Sandbox, "service.log"), LogBytes, LogFiles);
        var pump = PumpAsync(child.Output, log);
        var exitCode = await child.Exited;
        child.Signal(Native.SigKill);
        await Task.WhenAny(pump, Task.Delay(OutputGrace, time, CancellationToken.None));
        return exitCode;
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
