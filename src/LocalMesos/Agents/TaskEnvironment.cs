using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>What a task finds in its environment (recorded in 15): nothing of the agent's own, and no MESOS_TASK_ID, HOME or
/// USER.</summary>
internal static class TaskEnvironment
{
    private const string UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static Dictionary<string, string> Of(
        TaskStart start, AgentIdentity agent, string endpoint, string sandbox, IReadOnlyDictionary<string, string> agentsVariables)
    {
        var variables = new Dictionary<string, string>
        {
            ["LIBPROCESS_IP"] = "127.0.0.1",
            ["LIBPROCESS_PORT"] = "0",
            ["MESOS_AGENT_ENDPOINT"] = endpoint,
            ["MESOS_ALLOCATION_ROLE"] = start.Role,
            ["MESOS_CHECKPOINT"] = start.Checkpoint ? "1" : "0",
            ["MESOS_DIRECTORY"] = sandbox,
            ["MESOS_EXECUTOR_ID"] = start.Info.TaskId.Value,
            ["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] = "5secs",
            ["MESOS_FRAMEWORK_ID"] = start.FrameworkId,
            ["MESOS_HTTP_COMMAND_EXECUTOR"] = "0",
            ["MESOS_SANDBOX"] = sandbox,
            ["MESOS_SLAVE_ID"] = agent.Id,
            ["MESOS_SLAVE_PID"] = $"slave(1)@{endpoint}",
            ["PATH"] = UsualPath,
            ["PWD"] = sandbox,
        };
        foreach (var (name, value) in agentsVariables)
            variables[name] = value;
        foreach (var variable in start.Info.Command.Environment?.Variables ?? Enumerable.Empty<W.Environment.Types.Variable>())
            variables[variable.Name] = variable.HasValue ? variable.Value : "";
        return variables;
    }
}
