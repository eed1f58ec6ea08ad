using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Resources;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master.Launching;

/// <summary>Why a master rejects a task, in its words and order (recorded in 10).</summary>
internal static class TaskValidator
{
    private const int MaxIdBytes = 255;

    /// <returns>Null when the task may start.</returns>
    /// <param name="agentId">Of the offer.</param>
    /// <param name="role">That the offer is allocated to.</param>
    /// <param name="available">What is left of the offer.</param>
    /// <param name="overhead">What the task's executor needs besides it.</param>
    public static string? Problem(
        W.TaskInfo task, Framework framework, string agentId, string role, ResourceSet available, ResourceSet overhead)
    {
        if (GroupProblem(task, framework, agentId) is { } problem)
            return problem;
        if (task.Command is null == task.Executor is null)
            return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
        return ResourceProblem(task, role, available, overhead) ?? LimitProblem(task);
    }

    /// <summary>The checks that also apply to a task of a group.</summary>
    public static string? GroupProblem(W.TaskInfo task, Framework framework, string agentId)
    {
        var id = task.TaskId.Value;
        if (IdProblem(id) is { } bad)
            return bad;
        if (framework.Tasks.ContainsKey(id))
            return $"Task has duplicate ID: {id}";
        if (task.AgentId.Value != agentId)
            return $"Task uses invalid agent {task.AgentId.Value} while agent {agentId} is expected";
        return null;
    }

    private static string? ResourceProblem(W.TaskInfo task, string role, ResourceSet available, ResourceSet overhead)
    {
        var requested = task.Resources.FirstOrDefault(r => r.AllocationInfo is not null)?.AllocationInfo.Role ?? role;
        var wanted = ResourceSet.FromWire(task.Resources);
        if (wanted.Negative is { } negative)
            return $"Resource '{ResourceSet.Describe(negative.Name, negative.Milli, requested)}' is invalid: " +
                "Invalid scalar resource: value <= 0";
        wanted = wanted.Plus(overhead);
        return requested == role && available.Contains(wanted)
            ? null
            : $"Total resources {wanted.Describe(requested, portsFirst: false)} required by task and its executor is more than available " +
              available.Describe(role, portsFirst: true);
    }

    // These sentences are ours: there is no recording of them.
    private static string? LimitProblem(W.TaskInfo task)
    {
        foreach (var (name, limit) in task.Limits)
        {
            if (name is not ("cpus" or "mem"))
                return $"Task '{task.TaskId.Value}' has a limit of '{name}': only 'cpus' and 'mem' may have one";
            var requested = task.Resources.Where(r => r.Name == name && r.Scalar is not null).Sum(r => r.Scalar.Value);
            if (limit.Value < requested)
                return $"Task '{task.TaskId.Value}' has a limit of '{name}' below its request";
        }

        return null;
    }

    private static string? IdProblem(string id)
    {
        if (id.Length == 0)
            return "ID must not be empty";
        if (System.Text.Encoding.UTF8.GetByteCount(id) > MaxIdBytes)
            return $"ID must not be greater than {MaxIdBytes} characters";
        if (id is "." or "..")
            return $"'{id}' is disallowed";
        return id.Any(c => char.IsControl(c) || c is '/' or '\\') ? $"'{id}' contains invalid characters" : null;
    }
}
