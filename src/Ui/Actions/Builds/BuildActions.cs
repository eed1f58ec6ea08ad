using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Contract.Commands;
using Pipeline.Kernel;
using Pipeline.Ui.Queries.Builds;

namespace Pipeline.Ui.Actions.Builds;

/// <summary>What people can do to a build.</summary>
internal sealed class BuildActions(BuildCommands commands)
{
    public IReadOnlyList<PageAction> Of(BuildView build) => build.FinishedAt is null ? [Cancel(build)] : [Retry(build)];

    private PageAction Retry(BuildView build) => new(
        "Retry", $"Commit {build.Sha[..7]} of {build.Repository} is built again, as a new build with its own number.",
        async (caller, _, ct) => await commands.RetryAsync(caller, new BuildId(build.Id), ct) switch
        {
            StartBuildOutcome.Started => new ActionResult(true, "Retry: the new build is planned."),
            StartBuildOutcome.UnknownCommit => new ActionResult(false, "Not started. The commit is not in its repository any more."),
            _ => new ActionResult(false, "Not started. The build is unknown."),
        })
    { Permission = Permission.Build, TestId = "retry-build" };

    private PageAction Cancel(BuildView build) => new(
        "Cancel", $"Running steps of build #{build.Number} are killed, and modules that wait do not start.",
        async (caller, input, ct) => await commands.CancelAsync(caller, new BuildId(build.Id), input.Note, ct) switch
        {
            CancelBuildOutcome.Cancelled => new ActionResult(true, "Cancel: recorded."),
            CancelBuildOutcome.AlreadyOver => new ActionResult(false, "Not cancelled. The build has already finished."),
            CancelBuildOutcome.UnknownBuild => new ActionResult(false, "Not cancelled. The build is unknown."),
        })
    { Permission = Permission.Build, Severity = ActionSeverity.Capacity, TestId = "cancel-build" };
}
