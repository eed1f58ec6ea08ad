using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Contract;

/// <summary>The files of a task's sandbox, read from its agent by this server. Their bytes are at
/// <c>/api/v1/tasks/{id}/files</c>.</summary>
public sealed class TaskFiles
{
    private readonly SandboxStore tasks;
    private readonly SandboxReader sandbox;

    internal TaskFiles(SandboxStore tasks, SandboxReader sandbox)
    {
        this.tasks = tasks;
        this.sandbox = sandbox;
    }

    /// <summary>The entries of a directory in the sandbox.</summary>
    /// <param name="caller">Needs the permission <c>view</c>, also where anyone at this machine may read.</param>
    /// <param name="taskId">The task's id.</param>
    /// <param name="path">Relative to the sandbox; empty for its root.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <returns>The entries, or why there are none, as a sentence.</returns>
    /// <exception cref="PermissionDeniedException">Nobody is signed in, or may not read.</exception>
    public async Task<(IReadOnlyList<SandboxFileView> Files, string? Problem)> ListAsync(
        Caller caller, string taskId, string path, CancellationToken ct)
    {
        caller.Require(Permission.View);
        if (!SandboxPath.TryParse(path, out var folder))
            return ([], $"'{path}' is not a path inside the sandbox.");
        if (await tasks.FindAsync(taskId, ct) is not { } task)
            return ([], $"There is no task {taskId}.");
        var found = await sandbox.ListAsync(task, folder, ct);
        return found.Problem is { } problem
            ? ([], problem.Detail)
            : ([.. found.Value!.Select(f => SandboxReader.View(folder, f))], null);
    }
}
