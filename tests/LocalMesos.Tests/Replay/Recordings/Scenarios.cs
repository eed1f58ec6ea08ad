namespace Pipeline.LocalMesos.Tests.Replay.Recordings;

/// <summary>Every recorded scenario, with the flags of its master and agent and what cannot be the same here.</summary>
internal static class Scenarios
{
    public const string ExecutorSide = "23-custom-executor-executor-side";
    public const string SchedulerSide = "23-custom-executor-scheduler-side";

    // A real master and agent have hundreds of flags and metrics; LocalMesos lists those that mean something here.
    private static readonly HashSet<string> FlagsAndMetrics = ["07", "09", "26", "28", "57", "60", "72", "73"];

    private static readonly Dictionary<string, Scenario> Special = new Scenario[]
    {
        new("04c-health-command") { Instead = CheckComesFirst },
        new("04d-health-recovering") { Instead = CheckComesFirst },
        new("07b-reconcile-healthy-task") { Instead = CheckComesFirst },
        new("08-resubscribe-failover") { OwnIds = new HashSet<string> { "my-own-id-0001" } },
        // Long enough to tell the task's own grace from that of the call, 1 s.
        new("05-kill-policy") { Instead = new Dictionary<string, string> { [@"""nanoseconds"":30000000000"] = @"""nanoseconds"":6000000000" } },
        new("05b-kill-policy-http-command-executor") { Flags = ["--http_command_executor"] },
        new("09-teardown") { Ignored = OldState("10") },
        new("10-errors") { Overtakes = new Dictionary<string, string> { ["68-teardown"] = "67-acknowledge-one-good-TASK_FINISHED" } },
        OperatorApi("11-operator-api-json"),
        OperatorApi("11-operator-api-protobuf"),
        new("12a-agent-killed-long")
        {
            Flags = Pings, OnNote = (note, cluster) => note switch
            {
                "== kill -9 agent" => cluster.AgentAsync("crash"),
                "== restart the agent with the same work_dir" => cluster.AgentAsync("restart"),
                _ => Task.CompletedTask,
            },
        },
        new("12b-agent-restarted-quickly")
        {
            Ignored = Before, Flags = Pings, OnNote = async (note, cluster) =>
            {
                if (!note.StartsWith("== kill", StringComparison.Ordinal))
                    return;
                await cluster.AgentAsync("crash");
                await cluster.AgentAsync("restart");
            },
        },
        new("12c-executor-killed")
        {
            Flags = Pings, OnNote = (note, cluster) => note.StartsWith("executor pids", StringComparison.Ordinal)
                ? cluster.AdminAsync("tasks/exkill/kill-executor")
                : Task.CompletedTask,
        },
        new("12d-agent-unregisters")
        {
            Ignored = Before, Flags = Pings, OnNote = (note, cluster) => note switch
            {
                "== SIGUSR1 to agent" => cluster.AgentAsync("unregister"),
                "== start agent again" => cluster.AgentAsync("restart"),
                _ => Task.CompletedTask,
            },
        },
        new("12e-mark-agent-gone") { Flags = Pings },
        new("12f-master-restart")
        {
            OnNote = (note, cluster) => note == "== kill -9 master" ? cluster.AdminAsync("master/restart") : Task.CompletedTask,
            AfterAnswer = (call, cluster) => call == "07-reconcile-implicit-early" ? cluster.AgentAsync("restart") : Task.CompletedTask,
        },
        new("12g-master-restart-replicated-log")
        {
            OnNote = (note, cluster) => note switch
            {
                "== kill -9 agent and master, start only the master" => cluster.AdminAsync("master/restart?registry=kept"),
                "== now start the agent" => cluster.AgentAsync("restart"),
                _ => Task.CompletedTask,
            },
            LeftOut = new Dictionary<string, string>
            {
                ["13-list_files-master-log"] = "LocalMesos has no log files of a master",
                ["14-read_file-master-log"] = "LocalMesos has no log files of a master",
            },
        },
        new("13-fetcher-uris")
        {
            OnStart = FetchedFiles.Serve,
            Instead = new Dictionary<string, string> { ["/srv/mesos/work/www"] = "/srv/mesos/work/agent/www" },
            Ignored = new HashSet<string> { "*: size" }, StatusOnly = ReadsOfFetches,
        },
        new("14a-maintenance-inverse-offers")
        {
            Ignored = Before,
            OnNote = (note, cluster) => note.StartsWith("agent pid", StringComparison.Ordinal)
                ? cluster.TryAgentAsync("restart")
                : Task.CompletedTask,
        },
        new("15-environment-labels-sandbox")
        {
            // 10: as 68 above. 11, 15, 19, 20, 24, 28: sizes, and the executor's own log lines. 18, 29: the task shows its processes and
            // times.
            StatusOnly = new HashSet<string> { "10", "15", "18", "28", "29" },
            Ignored = new HashSet<string> { "11: size", "19: data", "20: offset", "24: offset" },
        },
        new("17-launch-group-default-executor")
        {
            // 10: as 68 above. 13, 14: our directory has another length.
            StatusOnly = new HashSet<string> { "10" },
            // What is known of a nested container in each state differs from task to task in the recording.
            Ignored = new HashSet<string>
            {
                "11: nlink", "11: size", "13: size", "01: update.status.container_status.network_infos",
                "01: update.status.container_status.executor_pid",
                "08: get_tasks.tasks.statuses.container_status.network_infos", "08: get_tasks.tasks.statuses.container_status.executor_pid",
            },
        },
        new("24-http-transport")
        {
            // 03: two answers in one body. 25, 27: packed otherwise, and Kestrel sends no body to HEAD. 31: our build.
            StatusOnly = new HashSet<string> { "03", "25", "27", "31" },
            LeftOut = new Dictionary<string, string>
            {
                ["13-no-host-header"] = "Kestrel refuses HTTP/1.1 without Host, as RFC 9112 demands",
                ["33-help"] = "LocalMesos has no help pages",
                ["35-garbage-request"] = "Kestrel answers 400 before it closes",
            },
        },
        new("18-http-basic-auth")
        {
            Flags = ["--authenticate_http_frameworks", "--authenticate_http_readonly", "--authenticate_http_readwrite"],
            Overtakes = new Dictionary<string, string> { ["15-teardown"] = "14-acknowledge-au-TASK_FINISHED" },
        },
        new("19-zookeeper-election-redirect")
        {
            // Two masters were recorded; here one plays both in turn.
            Instead = new Dictionary<string, string> { ["127.0.0.1:5060"] = "127.0.0.1:5050", ["\"port\":5060"] = "\"port\":5050" },
            StatusOnly = new HashSet<string> { "07", "21" },
            // This agent was recorded without attributes.
            Ignored = new HashSet<string> { "22: offers.offers.attributes", "35: offers.offers.attributes" },
            OnNote = (note, cluster) =>
                note == "== kill -9 the leader" ? cluster.AdminAsync("master/restart?registry=kept") : Task.CompletedTask,
            BeforeCall = LeaderBefore,
        },
        new("20-offer-timeout-rescind") { Pace = 0.5, Flags = ["--offer_timeout=3secs"] },
        new(SchedulerSide)
        {
            Companion = ("02-accept-launch", ExecutorSide),
            Instead = new Dictionary<string, string>
            {
                ["exec /usr/bin/python3 /srv/mesos/custom_executor.py"] = "while [ ! -e ended ]; do sleep 0.05; done",
            },
            OnNote = EndExecutor,
        },
    }.ToDictionary(s => s.Name);

    // The first check ran before the slow recorded task had made its file.
    private static Dictionary<string, string> CheckComesFirst => new() { ["\"touch ok;"] = "\"sleep 0.5; touch ok;" };

    // What earlier scenarios had left on the recorded master.
    private static HashSet<string> Before =>
        ["01: subscribed.get_state.get_agents.agents", "01: subscribed.get_state.get_frameworks.completed_frameworks"];

    private static string[] Pings => ["--agent_ping_timeout=1secs", "--max_agent_ping_timeouts=3"];

    // Listings and logs of the fetcher with sizes, times and its own words.
    private static HashSet<string> ReadsOfFetches =>
    [
        "07", "08", "14", "15", "21", "22", "28", "29", "35", "36", "42", "43", "49", "50", "56", "57", "63", "64", "70", "71", "77", "78",
        "84", "85", "89", "90", "94", "95", "99", "100", "104", "105", "109", "110",
    ];

    public static Scenario Of(string name) => Special.GetValueOrDefault(name) ?? new Scenario(name);

    private static Scenario OperatorApi(string name) => new(name)
    {
        // The executor of a task that ended is shown for a moment.
        Pace = 0.5,
        // 68, 69: an agent's old state has fewer members here. 83: the executor's own log lines.
        StatusOnly = new HashSet<string>([.. FlagsAndMetrics, "68", "69", "83", "84"]),
        // Commands of Mesos' own executor, and sizes of files that hold its log lines.
        Ignored = new HashSet<string>(
        [
            .. OldState("49", "50"), "29: get_state.get_executors.executors.executor_info.command",
            "32: get_executors.executors.executor_info.command",
            // Once there and once not in the recordings.
            "35: get_agent.agent_info.checkpoint", "37: list_files.file_infos.size", "43: list_files.file_infos.size", "75: size",
            "85: size",
        ]),
        LeftOut = new Dictionary<string, string> { ["84-agent-GET_files_debug"] = "/files/debug lists what a real agent attached" },
    };

    // Flags as above.
    private static HashSet<string> OldState(params string[] calls) => [.. calls.Select(c => c + ": flags")];

    private static async Task LeaderBefore(string call, ReplayedCluster cluster)
    {
        var leader = int.Parse(call.Split('-')[0], System.Globalization.CultureInfo.InvariantCulture) switch
        {
            1 => "nobody",
            8 or 22 or 35 => "self",
            10 or 26 => $"localhost:{cluster.MasterPort}",
            _ => null,
        };
        if (leader is not null)
            await cluster.AdminAsync($"master/leader/{leader}");
        if (call.StartsWith("35-", StringComparison.Ordinal))
            await cluster.AgentAsync("restart");
    }

    private static Task EndExecutor(string note, ReplayedCluster cluster)
    {
        if (!note.Contains("got SHUTDOWN", StringComparison.Ordinal))
            return Task.CompletedTask;
        var runs = Directory.GetDirectories(Path.Combine(cluster.WorkDirectory, "slaves"), "latest", SearchOption.AllDirectories);
        File.WriteAllText(Path.Combine(runs[0], "ended"), "");
        return Task.CompletedTask;
    }
}
