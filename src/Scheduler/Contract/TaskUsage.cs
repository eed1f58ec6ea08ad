using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Contract;

/// <summary>What a task uses, measured by its agent and read by this server: <c>GET /api/v1/tasks/{id}/usage</c>.</summary>
public sealed class TaskUsage
{
    private readonly UsageSampler sampler;
    private readonly SandboxStore tasks;

    internal TaskUsage(UsageSampler sampler, SandboxStore tasks)
    {
        this.sampler = sampler;
        this.tasks = tasks;
    }

    /// <summary>Looking keeps it measured. Null: there is no such task.</summary>
    public async Task<TaskUsageView?> LookAsync(string taskId, CancellationToken ct) =>
        await tasks.FindAsync(taskId, ct) is { } task ? await sampler.LookAsync(task, ct) : null;

    /// <summary>Why nothing was ever measured.</summary>
    internal SandboxProblem? ProblemOf(string taskId) => sampler.ProblemOf(taskId);
}
