namespace Pipeline.Mesos;

/// <summary>A call from a framework to its master. A 202 promises nothing: the effect shows as an event.</summary>
public abstract record MasterCall;

/// <summary>Launches tasks on offers of one agent; unused resources are declined for <paramref name="Refuse"/>.</summary>
public sealed record AcceptOffers(
    IReadOnlyList<string> OfferIds, string AgentId, IReadOnlyList<TaskLaunch> Tasks, TimeSpan Refuse) : MasterCall;

/// <summary>Gives offers back; their resources are not offered again for <paramref name="Refuse"/>.</summary>
public sealed record DeclineOffers(IReadOnlyList<string> OfferIds, TimeSpan Refuse) : MasterCall;

/// <summary>Asks for offers again, and removes every filter. An empty list means all roles.</summary>
public sealed record ReviveOffers(IReadOnlyList<string> Roles) : MasterCall;

/// <summary>Asks for no more offers. An empty list means all roles.</summary>
public sealed record SuppressOffers(IReadOnlyList<string> Roles) : MasterCall;

/// <summary>Kills a task; its terminal update says when it is over.</summary>
/// <param name="Grace">Time between SIGTERM and SIGKILL; null leaves the task's own kill policy.</param>
public sealed record KillTask(string TaskId, string? AgentId, TimeSpan? Grace) : MasterCall;

/// <summary>Acknowledges an update, which the agent would otherwise send again.</summary>
public sealed record AcknowledgeUpdate(string TaskId, string AgentId, byte[] Uuid) : MasterCall;

/// <summary>Asks for the state of tasks. An empty list asks for every task that the master knows (implicit reconciliation).</summary>
public sealed record ReconcileTasks(IReadOnlyList<(string TaskId, string? AgentId)> Tasks) : MasterCall;

/// <summary>Agrees to leave the agents in time; no inverse offer comes again for <paramref name="Refuse"/>.</summary>
public sealed record AcceptInverseOffers(IReadOnlyList<string> OfferIds, TimeSpan Refuse) : MasterCall;

/// <summary>Says that the agents cannot be left; no inverse offer comes again for <paramref name="Refuse"/>.</summary>
public sealed record DeclineInverseOffers(IReadOnlyList<string> OfferIds, TimeSpan Refuse) : MasterCall;

/// <summary>Kills everything that the framework runs; never part of a normal code path.</summary>
public sealed record TeardownFramework : MasterCall;
