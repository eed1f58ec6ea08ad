using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>A task of a module ended: for good, or to be started again by the scheduler.</summary>
public sealed class BuildTaskEndedJob
{
    private readonly RunnerWriter runner;
    private readonly BuildStore builds;
    private readonly TaskEnds ends;
    private readonly BuildAdvance advance;

    internal BuildTaskEndedJob(RunnerWriter runner, BuildStore builds, TaskEnds ends, BuildAdvance advance) =>
        (this.runner, this.builds, this.ends, this.advance) = (runner, builds, ends, advance);

    public async Task ExecuteAsync(string runId, CancellationToken ct)
    {
        if (RunIds.Parse(runId) is not { } id || await runner.ReadAsync(id, ct) is not { } module)
            return;
        var build = await builds.RowAsync(new BuildId(module.BuildId), ct);
        Invariant.Require(build is not null);
        if (module.ModuleState == ModuleState.Running && await ends.IsLostAsync(build, module, ct))
            await runner.RequeueAsync(module.Id, ct);
        // What ended may free other modules: the second turn starts them at once.
        await advance.RunAsync(module.BuildId, ct);
        await advance.RunAsync(module.BuildId, ct);
    }
}
