using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.Scheduler.Contract;

namespace Pipeline.BuildRunner.Runner;

/// <summary>Finds the module that a task builds.</summary>
internal sealed class RunnerTasks(
    RunnerAuth auth, RunnerWriter runner, BuildWriter builds, Journal journal, TimeProvider time)
{
    /// <summary>
    /// The module that the task builds. The first call of a task takes the module over from an earlier attempt; that one's later
    /// calls, and those after the end, find no module.
    /// </summary>
    public async Task<RunnerTask?> AuthenticateAsync(string taskId, string? authorization, CancellationToken ct)
    {
        if (await auth.AuthenticateAsync(taskId, authorization, ct) is not { } identity || RunIds.Parse(identity.RunId) is not { } id)
            return null;
        var module = await runner.ReadAsync(id, ct);
        if (module is not null && module.TaskId != taskId && !BuildMachine.IsOver(module.ModuleState))
        {
            await TakeOverAsync(identity, module, ct);
            module = await runner.ReadAsync(id, ct);
        }

        return module is not null && module.TaskId == taskId ? new RunnerTask(identity, module) : null;
    }

    private Task TakeOverAsync(RunnerIdentity identity, ModuleRow module, CancellationToken ct) => Transactions.InTransactionAsync(
        async token =>
        {
            var id = new ModuleBuildId(module.Id);
            var locked = await builds.LockAsync(module.BuildId, token);
            var now = time.GetUtcNow();
            if (!await runner.ClaimAsync(id, identity.TaskId, RunIds.AttemptOf(identity.TaskId), now, token))
                return;
            await builds.StartAsync(module.BuildId, now, token);
            await journal.AppendAsync(
                new ModuleBuildStarted(new BuildId(module.BuildId), id, module.Name, identity.TaskId),
                Actor.System("builds"),
                locked!.Build.Subject with { Cluster = identity.Cluster, TaskId = identity.TaskId },
                token);
        },
        ct);
}
