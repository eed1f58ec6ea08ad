using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Sandboxes;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tasks;

/// <summary>A task's environment (recorded in 15 and 17): none of the agent's own, and no MESOS_TASK_ID, HOME or USER.</summary>
internal static class TaskEnvironment
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    public static Dictionary<string, string> OfTask(
        TaskLaunch launch, TaskLocation location, AgentIdentity agent, string endpoint, LocalMesosOptions options)
    {
        var variables = location.IsNested ? Nested(location.SandboxPath) : OfContainer(launch, location, agent, endpoint);
        if (!location.IsNested && options.HttpCommandExecutor)
            variables["MESOS_HTTP_COMMAND_EXECUTOR"] = "1";
        variables["MESOS_ALLOCATION_ROLE"] = launch.Role;
        Add(variables, launch.Info.Command, options);
        return variables;
    }

    /// <summary>The environment of a custom executor (recorded in 23).</summary>
    public static Dictionary<string, string> OfExecutor(
        TaskLaunch launch, TaskLocation location, AgentIdentity agent, string endpoint, LocalMesosOptions options)
    {
        var variables = OfContainer(launch, location, agent, endpoint);
        Add(variables, launch.Info.Executor.Command, options);
        return variables;
    }

    private static Dictionary<string, string> OfContainer(
        TaskLaunch launch, TaskLocation location, AgentIdentity agent, string endpoint) => new()
    {
        ["LIBPROCESS_IP"] = "127.0.0.1",
        ["LIBPROCESS_PORT"] = "0",
        ["MESOS_AGENT_ENDPOINT"] = endpoint,
        ["MESOS_CHECKPOINT"] = launch.Checkpoint ? "1" : "0",
        ["MESOS_DIRECTORY"] = location.SandboxPath,
        ["MESOS_EXECUTOR_ID"] = location.ExecutorId,
        ["MESOS_EXECUTOR_SHUTDOWN_GRACE_PERIOD"] = "5secs",
        ["MESOS_FRAMEWORK_ID"] = launch.FrameworkId,
        ["MESOS_HTTP_COMMAND_EXECUTOR"] = "0",
        ["MESOS_SANDBOX"] = location.SandboxPath,
        ["MESOS_SLAVE_ID"] = agent.Id,
        ["MESOS_SLAVE_PID"] = $"slave(1)@{endpoint}",
        ["PATH"] = DefaultPath,
        ["PWD"] = location.SandboxPath,
    };

    private static Dictionary<string, string> Nested(string sandbox) => new()
    {
        ["MESOS_CONTAINER_IP"] = "127.0.0.1",
        ["MESOS_SANDBOX"] = sandbox,
        ["PATH"] = DefaultPath,
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
