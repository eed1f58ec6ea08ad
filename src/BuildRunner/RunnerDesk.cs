using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Commands;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Core;
using Pipeline.BuildRunner.Data;
using Pipeline.BuildRunner.Definitions;
using Pipeline.BuildRunner.Jobs;
using Pipeline.BuildRunner.Logs;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.Scheduler.Contract;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner;

/// <summary>A task that proved who it is, and the module it builds.</summary>
internal sealed record TaskAtDesk(RunnerIdentity Identity, ModuleRow Module)
{
    public ModuleBuildId Id => new(Module.Id);
    public BuildId Build => new(Module.BuildId);
}

/// <summary>Takes what a task says about its steps and its end.</summary>
internal sealed class RunnerDesk(
    RunnerWriter runner, BuildWriter builds, StepLogs logs, LogBell bell, ModuleEnd moduleEnd, RunnerDoors doors)
{
    /// <summary>
    /// The module that the task builds. The first call of a task takes the module over from an earlier attempt; that one's later
    /// calls, and those after the end, find no module.
    /// </summary>
    public async Task<TaskAtDesk?> ComeInAsync(string taskId, string? authorization, CancellationToken ct)
    {
        if (await doors.Auth.AuthenticateAsync(taskId, authorization, ct) is not { } identity || RunIds.Parse(identity.RunId) is not { } id)
            return null;
        var module = await runner.ReadAsync(id, ct);
        if (module is not null && module.TaskId != taskId && !BuildMachine.IsOver(module.ModuleState))
        {
            await TakeOverAsync(identity, module, ct);
            module = await runner.ReadAsync(id, ct);
        }

        return module is not null && module.TaskId == taskId ? new TaskAtDesk(identity, module) : null;
    }

    private Task TakeOverAsync(RunnerIdentity identity, ModuleRow module, CancellationToken ct) => Transactions.InTransactionAsync(
        async token =>
        {
            var id = new ModuleBuildId(module.Id);
            var locked = await builds.LockAsync(module.BuildId, token);
            var now = doors.Time.GetUtcNow();
            if (!await runner.ClaimAsync(id, identity.TaskId, RunIds.AttemptOf(identity.TaskId), now, token))
                return;
            await builds.StartAsync(module.BuildId, now, token);
            logs.Reset(new BuildId(module.BuildId), module.Name);
            await doors.Journal.AppendAsync(
                new ModuleBuildStarted(new BuildId(module.BuildId), id, module.Name, identity.TaskId),
                Actor.System("builds"),
                locked!.Build.Subject with { Cluster = identity.Cluster, TaskId = identity.TaskId },
                token);
        },
        ct);

    /// <returns>False when the module has no such step or the report says nothing known.</returns>
    public Task<bool> ReportStepAsync(TaskAtDesk task, int index, StepReport report, CancellationToken ct) =>
        Transactions.InTransactionAsync(
        async token =>
        {
            if (ParseState(report.State) is not { } state || await runner.LockStepAsync(task.Id, index, token) is not { } row)
                return false;
            var known = row.ToView();
            if (known.State == state || (known.State != StepState.Running && known.State != StepState.Waiting))
                return true;
            var path = logs.PathOf(task.Build, task.Module.Name, index);
            await runner.SaveStepAsync(
                task.Id,
                known with
                {
                    State = state,
                    StartedAt = report.StartedAt,
                    FinishedAt = state == StepState.Running ? null : report.FinishedAt ?? doors.Time.GetUtcNow(),
                    ExitCode = report.ExitCode,
                    LogBytes = StepLogs.SizeOf(path),
                    Tail = state is StepState.Failed or StepState.TimedOut ? StepLogs.Tail(path) : null,
                },
                token);
            JournalEvent happened = state == StepState.Running
                ? new StepStarted(task.Build, task.Id, task.Module.Name, row.Name)
                : new StepFinished(
                    task.Build, task.Id, task.Module.Name, row.Name, report.ExitCode ?? (state == StepState.Succeeded ? 0 : -1));
            await doors.Journal.AppendAsync(
                happened, Actor.System("runner"), task.Identity.Subject with { TaskId = task.Identity.TaskId }, token);
            return true;
        },
        ct);

    public async Task<(bool Appended, long Size)> AppendLogAsync(
        TaskAtDesk task, int index, long offset, Stream content, CancellationToken ct) =>
        await logs.AppendAsync(logs.PathOf(task.Build, task.Module.Name, index), offset, content, ct);

    public void RingEnd(TaskAtDesk task, int index) => bell.Ring(logs.PathOf(task.Build, task.Module.Name, index));

    /// <summary>Notes the result; ends the module when its task has ended already. The same again changes nothing.</summary>
    public async Task TakeResultAsync(TaskAtDesk task, BuildResult sent, CancellationToken ct)
    {
        var definition = await doors.Builds.DefinitionAsync(task.Build, ct);
        var result = await RecordArtifactsAsync(task, sent, definition?.Modules.FirstOrDefault(m => m.Name == task.Module.Name), ct);
        var ended = await Transactions.InTransactionAsync(
            async token =>
            {
                var locked = await builds.LockAsync(task.Module.BuildId, token);
                var module = locked!.Modules.First(m => m.Id == task.Module.Id);
                if (BuildMachine.IsOver(module.ModuleState) || !await runner.SaveResultAsync(task.Id, result, token))
                    return false;
                if (module.ToTaskEnd() is not { } end || await moduleEnd.SettleAsync(locked, module, result, end, token) is not { } entry)
                    return false;
                await doors.Journal.AppendAsync([entry], token);
                return true;
            },
            ct);
        if (ended)
            await doors.Advance.RunAsync(task.Module.BuildId, ct);
    }

    // A success counts only when everything that was to be made is in the store.
    private async Task<RunnerResult> RecordArtifactsAsync(TaskAtDesk task, BuildResult sent, ModuleDefinition? module, CancellationToken ct)
    {
        var result = new RunnerResult(sent.Outcome == "succeeded", sent.FailedStep, sent.ExitCode, ParseClass(sent.Class), sent.Reason);
        if (!result.Succeeded)
            return result;
        foreach (var wanted in module?.Artifacts ?? [])
        {
            var made = sent.Artifacts.FirstOrDefault(a => a.Name == wanted.Name);
            if (made is null || !Digest.TryParse(made.Digest, out var digest))
                return new RunnerResult(
                    false, null, null, FailureClass.Config, $"The artifact '{wanted.Name}' ({wanted.Path}) was not made.");
            if (!await doors.Artifacts.RecordAsync(
                Caller.System("runner"), task.Build, new ReleaseArtifact(made.Name, task.Module.Name, digest, made.Bytes, made.MediaType),
                task.Identity.Subject, ct))
                return new RunnerResult(false, null, null, FailureClass.Infra, $"The artifact '{wanted.Name}' did not arrive: {digest}.");
        }

        return result;
    }

    private static StepState? ParseState(string text) => text switch
    {
        "running" => StepState.Running,
        "succeeded" => StepState.Succeeded,
        "failed" => StepState.Failed,
        "timed-out" => StepState.TimedOut,
        _ => null,
    };

    private static FailureClass? ParseClass(string? text) =>
        Enum.TryParse<FailureClass>(text, ignoreCase: true, out var parsed) ? parsed : null;
}

/// <summary>What the desk reaches besides its own rows.</summary>
internal sealed record RunnerDoors(
    RunnerAuth Auth, BuildStore Builds, ArtifactCommands Artifacts, BuildAdvance Advance, Journal Journal, TimeProvider Time);
