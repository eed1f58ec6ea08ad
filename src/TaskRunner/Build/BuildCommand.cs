using Pipeline.Attestation;
using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Isolation;
using Pipeline.TaskRunner.Files;
using Pipeline.TaskRunner.Runtime;
using Pipeline.TaskRunner.Server;

namespace Pipeline.TaskRunner.Build;

/// <summary>Builds one module: source, steps in order until one fails, artifacts, result.</summary>
internal sealed class BuildCommand(RunnerEnvironment runner, BuildSpec spec, ServerClient server, TimeProvider time)
{
    private const long MaxSourceBytes = 8L * 1024 * 1024 * 1024;
    private const long LeastDisk = 64 * 1024;

    /// <returns>The task's exit code; the result was reported before.</returns>
    public async Task<int> RunAsync(CancellationToken stop)
    {
        BuildResult result;
        int exitCode;
        try
        {
            (result, exitCode) = await BuildAsync(stop);
        }
        catch (HostileArchiveException e)
        {
            // Its digest was right: so it was committed.
            (result, exitCode) = (Failure(null, null, "config", $"The source cannot be written out. {e.Message}"), ExitCodes.Failed);
        }
        catch (DefinitionException e)
        {
            (result, exitCode) = (Failure(null, null, "config", e.Message), ExitCodes.Failed);
        }
        catch (ArchiveTooLargeException e)
        {
            (result, exitCode) = (Failure(null, null, "config", $"The source is too large. {e.Message}"), ExitCodes.Failed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            (result, exitCode) = (Failure(null, null, "infra", new AgentDiskException(e).Message), ExitCodes.Infra);
        }
        catch (Exception e) when (e is AgentDiskException or ServerRefusedException)
        {
            (result, exitCode) = (Failure(null, null, "infra", e.Message), ExitCodes.Infra);
        }

        await server.ReportResultAsync(result, CancellationToken.None);
        return exitCode;
    }

    // Steps of a build are signed by nobody: where only promoted releases may run, a build is no way round that.
    private async Task<(BuildResult, int)> RefuseAsync(CancellationToken stop)
    {
        const string reason = "This agent runs no builds (PIPELINE_BUILDS=deny), only what was promoted.";
        await server.ReportSecurityAsync(new SecurityReport(VerificationCode.StatementMissing, reason, null, null), stop);
        return (Failure(null, null, "security", reason), ExitCodes.Security);
    }

    private async Task<(BuildResult, int)> BuildAsync(CancellationToken stop)
    {
        if (!runner.RunsBuilds)
            return await RefuseAsync(stop);
        using var view = new TaskView(runner, "workspace");
        if (await FetchSourceAsync(view.Work.Path, stop) is { } found)
        {
            var reason = $"The source bundle does not match its digest: expected {spec.SourceDigest}, found {found}.";
            return (Failure(null, null, "security", reason), ExitCodes.Security);
        }

        view.Prepare();
        var steps = new StepRunner(runner, spec, view, server, time);
        for (var i = 0; i < spec.Steps.Count; i++)
        {
            // A mask per step: what one step's log held back must not come out in the next one's.
            var end = await steps.RunAsync(i, spec.Steps[i], new LogMask(spec.Mask), stop);
            if (stop.IsCancellationRequested)
                return (Failure(spec.Steps[i].Name, end.ExitCode, "infra", "The task was told to end."), 128 + Processes.Native.SigTerm);
            if (end.State != "succeeded")
                return AfterFailedStep(spec.Steps[i], end);
        }

        var artifacts = await new ArtifactUpload(runner.Sandbox, view.Work.Path, spec.Directory, server).UploadAsync(spec.Artifacts, stop);
        return (new BuildResult("succeeded", null, 0, null, null, artifacts), ExitCodes.Succeeded);
    }

    private (BuildResult, int) AfterFailedStep(StepSpec step, StepEnd end)
    {
        var full = new DriveInfo(runner.Sandbox).AvailableFreeSpace < LeastDisk;
        var infra = full || end.ExitCode == ExitCodes.Infra;
        return (
            Failure(
                step.Name, end.ExitCode, infra ? "infra" : "app",
                $"Step '{step.Name}': {end.Reason}." + (full ? " The agent's disk is full." : "")),
            infra ? ExitCodes.Infra : end.State == "timed-out" ? ExitCodes.TimedOut : ExitCodes.Failed);
    }

    private static BuildResult Failure(string? step, int? exitCode, string failureClass, string reason) =>
        new("failed", step, exitCode, failureClass, reason, []);

    /// <returns>The digest that came instead; null when it is the right one.</returns>
    private async Task<string?> FetchSourceAsync(string workspace, CancellationToken stop)
    {
        var bundle = Path.Combine(runner.Sandbox, "source.tar");
        var digest = await server.DownloadAsync("source", bundle, MaxSourceBytes, stop);
        if (digest != spec.SourceDigest)
            return digest;
        var limits = spec.Limits?.Disk is { } disk ? UnpackLimits.OfDisk(disk) : UnpackLimits.Default;
        SafeTar.Unpack(bundle, workspace, limits, LinkRule.Any);
        File.Delete(bundle);
        return null;
    }
}
