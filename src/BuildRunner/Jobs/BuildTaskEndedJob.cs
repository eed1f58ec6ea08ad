using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Jobs;

/// <summary>A task of a module ended: for good, or to be started again by the scheduler.</summary>
public sealed class BuildTaskEndedJob
{
    private static readonly Dictionary<Guid, TaskEnd> Nothing = [];

    private readonly RunnerWriter runner;
    private readonly RunStates runs;
    private readonly BuildAdvance advance;
    private readonly TimeProvider time;

    internal BuildTaskEndedJob(RunnerWriter runner, RunStates runs, BuildAdvance advance, TimeProvider time) =>
        (this.runner, this.runs, this.advance, this.time) = (runner, runs, advance, time);

    /// <summary>Takes over what the event says.</summary>
    /// <param name="runId">The run of the module: what is not a build's is ignored.</param>
    /// <param name="taskId">The attempt that ended.</param>
    /// <param name="final">False when the scheduler starts another attempt.</param>
    /// <param name="outcome">Name of an <see cref="Outcome"/>.</param>
    /// <param name="failureClass">Name of a <see cref="FailureClass"/>, null when the task did not fail.</param>
    /// <param name="reason">Why it ended.</param>
    /// <param name="ct">Cancels it.</param>
    public async Task ExecuteAsync(
        string runId, string taskId, bool final, string outcome, string? failureClass, string? reason, CancellationToken ct)
    {
        if (await FindAsync(runId, ct) is not { } module)
            return;
        if (final)
        {
            var end = new TaskEnd(
                Enum.Parse<Outcome>(outcome), failureClass is null ? null : Enum.Parse<FailureClass>(failureClass), reason,
                time.GetUtcNow());
            await AdvanceAsync(module, new Dictionary<Guid, TaskEnd> { [module.Id] = end }, ct);
        }
        else if (module.ModuleState == ModuleState.Running && module.TaskId == taskId)
            await runner.RequeueAsync(module.Id, ct);
    }

    /// <summary>As an older server queued it: the scheduler's rows say how the task ended.</summary>
    public async Task ExecuteAsync(string runId, CancellationToken ct)
    {
        if (await FindAsync(runId, ct) is not { } module || await runs.NewestAsync(runId, ct) is not { } newest)
            return;
        if (newest.End is null && module.ModuleState == ModuleState.Running && module.TaskId != newest.TaskId)
            await runner.RequeueAsync(module.Id, ct);
        await AdvanceAsync(module, newest.End is { } end ? new Dictionary<Guid, TaskEnd> { [module.Id] = end } : Nothing, ct);
    }

    private async Task<ModuleRow?> FindAsync(string runId, CancellationToken ct) =>
        RunIds.Parse(runId) is { } id ? await runner.ReadAsync(id, ct) : null;

    // What ended may free other modules: the second turn starts them at once.
    private async Task AdvanceAsync(ModuleRow module, IReadOnlyDictionary<Guid, TaskEnd> known, CancellationToken ct)
    {
        await advance.RunAsync(module.BuildId, known, ct);
        await advance.RunAsync(module.BuildId, Nothing, ct);
    }
}
