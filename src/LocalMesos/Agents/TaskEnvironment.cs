using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>What a task finds in its environment (recorded in 15 and 17): nothing of the agent's own, and no MESOS_TASK_ID, HOME or
/// USER.</summary>
internal static class TaskEnvironment
{
    private const string UsualPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static Dictionary<string, string> Of(
        TaskStart start, TaskPlace place, AgentIdentity agent, string endpoint, LocalMesosOptions options)
    {
        var variables = place.IsNested ? Nested(place.SandboxPath) : OfContainer(start, place, agent, endpoint);
        if (!place.IsNested && options.HttpCommandExecutor)
            variables["MESOS_HTTP_COMMAND_EXECUTOR"] = "1";
        variables["MESOS_ALLOCATION_ROLE"] = start.Role;
        Add(variables, start.Info.Command, options);
        return variables;
    }

    /// <summary>A custom executor's own (recorded in 23).</summary>
    public static Dictionary<string, string> OfExecutor(
        TaskStart start, TaskPlace place, AgentIdentity agent, string endpoint, LocalMesosOptions options)
    {
        var variables = OfContainer(start, place, agent, endpoint);
        Add(variables, start.Info.Executor.Command, options);
        return variables;
    }

    private static Dictionary<string, string> OfContainer(TaskStart start, TaskPlace place, AgentIdentity agent, string endpoint) => new()
    {
        ["LIBPROCESS_IP"] = "127.0.0.1",
        ["LIBPROCESS_PORT"] = "0",
        ["MESOS_AGENT_ENDPOINT"] = endpoint,
        ["MESOS_CHECKPOINT"] = start.Checkpoint ? "1" : "0",
        ["MESOS_DIRECTORY"] = place.SandboxPath,
        ["MESOS_EXECUTOR_ID"] = place.ExecutorId,
        ["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] = "5secs",
        ["MESOS_FRAMEWORK_ID"] = start.FrameworkId,
        ["MESOS_HTTP_COMMAND_EXECUTOR"] = "0",
        ["MESOS_SANDBOX"] = place.SandboxPath,
        ["MESOS_SLAVE_ID"] = agent.Id,
        ["MESOS_SLAVE_PID"] = $"slave(1)@{endpoint}",
        ["PATH"] = UsualPath,
        ["PWD"] = place.SandboxPath,
    };

    private static Dictionary<string, string> Nested(string sandbox) => new()
    {
        ["MESOS_CONTAINER_IP"] = "127.0.0.1",
        ["MESOS_SANDBOX"] = sandbox,
        ["PATH"] = UsualPath,
        ["PWD"] = sandbox,
    };

    private static void Add(Dictionary<string, string> variables, W.CommandInfo command, LocalMesosOptions options)
    {
        foreach (var (name, value) in options.TaskEnvironment)
            variables[name] = value;
        foreach (var variable in command.Environment?.Variables ?? Enumerable.Empty<W.Environment.Types.Variable>())
            variables[variable.Name] = variable.HasValue ? variable.Value : "";
    }
}
