using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Definitions;
using Pipeline.Kernel;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Runner;

/// <summary>Records the artifacts of a module. A success counts only when everything that was to be made is in the store.</summary>
internal sealed class ResultArtifacts(BuildStore builds, ArtifactCommands artifacts)
{
    /// <summary>The result, or a failure that names the first artifact that is missing.</summary>
    public async Task<RunnerResult> RecordAsync(RunnerTask task, BuildResult sent, CancellationToken ct)
    {
        var result = new RunnerResult(sent.Outcome == "succeeded", sent.FailedStep, sent.ExitCode, ParseClass(sent.Class), sent.Reason);
        if (!result.Succeeded)
            return result;
        var definition = await builds.DefinitionAsync(task.Build, ct);
        var module = definition?.Modules.FirstOrDefault(m => m.Name == task.Module.Name);
        foreach (var expected in module?.Artifacts ?? [])
        {
            if (await ProblemAsync(task, expected, sent.Artifacts.FirstOrDefault(a => a.Name == expected.Name), ct) is { } problem)
                return problem;
        }

        return result;
    }

    private async Task<RunnerResult?> ProblemAsync(
        RunnerTask task, ArtifactDefinition expected, BuiltArtifact? made, CancellationToken ct)
    {
        if (made is null || !Digest.TryParse(made.Digest, out var digest))
        {
            return new RunnerResult(
                false, null, null, FailureClass.Config, $"The artifact '{expected.Name}' ({expected.Path}) was not made.");
        }

        var artifact = new ReleaseArtifact(made.Name, task.Module.Name, digest, made.Bytes, made.MediaType);
        return await artifacts.RecordAsync(Caller.System("runner"), task.Build, artifact, task.Identity.Subject, ct)
            ? null
            : new RunnerResult(false, null, null, FailureClass.Infra, $"The artifact '{expected.Name}' did not arrive: {digest}.");
    }

    private static FailureClass? ParseClass(string? text) =>
        Enum.TryParse<FailureClass>(text, ignoreCase: true, out var parsed) ? parsed : null;
}
