using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master;

/// <summary>What a master refuses a task for, in its words and order (recorded in 10).</summary>
internal static class TaskValidator
{
    private const int MaxIdBytes = 255;

    /// <returns>Null when the task may start.</returns>
    public static string? Problem(W.TaskInfo task, Framework framework, AgentSlot agent, string role, ResourceSet available, ResourceSet overhead)
    {
        if (GroupProblem(task, framework, agent) is { } problem)
            return problem;
        if (task.Command is null == task.Executor is null)
            return "Task should have at least one (but not both) of CommandInfo or ExecutorInfo present";
        return ResourceProblem(task, role, available, overhead) ?? LimitProblem(task);
    }

    /// <summary>What is checked of a task in a group, too.</summary>
    public static string? GroupProblem(W.TaskInfo task, Framework framework, AgentSlot agent)
    {
        var id = task.TaskId.Value;
        if (IdProblem(id) is { } bad)
            return bad;
        if (framework.Tasks.ContainsKey(id))
            return $"Task has duplicate ID: {id}";
        if (task.AgentId.Value != agent.Id)
            return $"Task uses invalid agent {task.AgentId.Value} while agent {agent.Id} is expected";
        return null;
    }

    private static string? ResourceProblem(W.TaskInfo task, string role, ResourceSet available, ResourceSet overhead)
    {
        var asked = task.Resources.FirstOrDefault(r => r.AllocationInfo is not null)?.AllocationInfo.Role ?? role;
        var wanted = ResourceSet.FromWire(task.Resources);
        if (wanted.Negative is { } negative)
            return $"Resource '{ResourceSet.Describe(negative.Name, negative.Milli, asked)}' is invalid: " +
                "Invalid scalar resource: value <= 0";
        wanted = wanted.Plus(overhead);
        return asked == role && available.Contains(wanted)
            ? null
            : $"Total resources {wanted.Describe(asked, portsFirst: false)} required by task and its executor is more than available " +
              available.Describe(role, portsFirst: true);
    }

    // There is no recording of these words.
    private static string? LimitProblem(W.TaskInfo task)
    {
        foreach (var (name, limit) in task.Limits)
        {
            if (name is not ("cpus" or "mem"))
                return $"Task '{task.TaskId.Value}' has a limit of '{name}': only 'cpus' and 'mem' may have one";
            var asked = task.Resources.Where(r => r.Name == name && r.Scalar is not null).Sum(r => r.Scalar.Value);
            if (limit.Value < asked)
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
