using System.Globalization;
using Pipeline.LocalMesos.Master.State;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Views;

/// <summary>The Mesos flags that have a meaning here, as GET_FLAGS and /flags show them.</summary>
internal static class Flags
{
    public static IEnumerable<Flag> OfMaster(MasterState state) =>
    [
        Of("agent_ping_timeout", Seconds(state.Options.AgentPingTimeout)),
        Of("allocation_interval", "1secs"),
        Of("allocator", "hierarchical"),
        Of("authenticate_http_frameworks", state.Options.AuthenticateFrameworks ? "true" : "false"),
        Of("authenticate_http_readonly", state.Options.AuthenticateReadOnly ? "true" : "false"),
        Of("authenticate_http_readwrite", state.Options.AuthenticateReadWrite ? "true" : "false"),
        Of("cluster", state.Options.Cluster),
        Of("framework_sorter", "drf"),
        Of("hostname", "localhost"),
        Of("ip", "127.0.0.1"),
        Of("max_agent_ping_timeouts", state.Options.MaxAgentPingTimeouts.ToString(CultureInfo.InvariantCulture)),
        Of("max_completed_frameworks", "50"),
        Of("max_completed_tasks_per_framework", "1000"),
        Of("min_allocatable_resources", "cpus:0.01|mem:32"),
        Of("port", state.Port.ToString(CultureInfo.InvariantCulture)),
        Of("registry", "in_memory"),
        Of("role_sorter", "drf"),
        Of("work_dir", state.Options.WorkDirectory),
    ];

    public static IEnumerable<Flag> OfAgent(MasterState state, AgentSlot agent) =>
    [
        Of("attributes", string.Join(';', agent.Attributes.Select(a => $"{a.Name}:{a.Text}"))),
        Of("authenticate_http_readonly", "false"),
        Of("authenticate_http_readwrite", "false"),
        Of("containerizers", "mesos"),
        Of("default_role", "*"),
        Of("executor_shutdown_grace_period", "5secs"),
        Of("hostname", agent.Hostname),
        Of("http_command_executor", state.Options.HttpCommandExecutor ? "true" : "false"),
        Of("ip", "127.0.0.1"),
        Of("master", $"127.0.0.1:{state.Port}"),
        Of("port", agent.Agent.Ports.ApiPort.ToString(CultureInfo.InvariantCulture)),
        Of("resources", state.Options.Resources),
        Of("work_dir", state.Options.WorkDirectory),
    ];

    private static Flag Of(string name, string value) => new() { Name = name, Value = value };

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString(CultureInfo.InvariantCulture) + "secs";
}
