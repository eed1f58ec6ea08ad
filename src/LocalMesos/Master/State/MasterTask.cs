using Pipeline.LocalMesos.Resources;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Master.State;

/// <summary>A task as the master knows it.</summary>
internal sealed class MasterTask(W.TaskInfo info, string role, ResourceSet resources)
{
    public W.TaskInfo Info => info;

    public string Id => info.TaskId.Value;

    public string AgentId => info.AgentId.Value;

    public string Role => role;

    public ResourceSet Resources => resources;

    public W.TaskState State { get; set; } = W.TaskState.TaskStaging;

    /// <summary>The latest status that came from the agent.</summary>
    public W.TaskStatus? Latest { get; set; }

    /// <summary>Its statuses; of consecutive ones with the same state only the last.</summary>
    public List<W.TaskStatus> Statuses { get; } = [];

    /// <summary>The latest update from the agent, as the operator API shows it.</summary>
    public W.TaskStatus? LastSent { get; set; }

    /// <summary>Null for a command task, whose executor has its id.</summary>
    public string? ExecutorId { get; init; }

    public void Record(W.TaskStatus status)
    {
        if (Statuses.Count > 0 && Statuses[^1].State == status.State)
            Statuses.RemoveAt(Statuses.Count - 1);
        Statuses.Add(status);
    }

    /// <summary>Set while the agent is unreachable.</summary>
    public DateTimeOffset? UnreachableSince { get; set; }
}

/// <summary>An executor that may run several tasks, as the master knows it.</summary>
internal sealed record MasterExecutor(W.ExecutorInfo Info, string AgentId, string Role, ResourceSet Resources);
