using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Tests.Core.Harness;

/// <summary>Drives the machine by hand: what a master would say, and what the machine answers.</summary>
internal sealed partial class Machine
{
    private readonly TrustCheck trust;
    private ClusterMachine machine;
    private int offers;
    private int updates;

    public Machine(Snapshot? snapshot = null, TrustCheck? trust = null, bool subscribe = true, CoreSettings? settings = null)
    {
        this.trust = trust ?? ((_, _) => null);
        Settings = settings ?? new CoreSettings("test", "pipeline");
        machine = new ClusterMachine(Settings, this.trust, snapshot ?? Snapshot.Empty, Now);
        if (subscribe)
            Receive(new Subscribed("fw-1", TimeSpan.FromSeconds(15), "m-1", "127.0.0.1:5050", "1.11.0"));
    }

    public DateTimeOffset Now { get; private set; } = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    public List<JournalEvent> Events { get; } = [];
    public List<Outgoing> Sends { get; } = [];
    public Dictionary<string, TaskRecord> Rows { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, Deploy> Deploys { get; } = new(StringComparer.Ordinal);
    public Dictionary<string, Request> Requests { get; } = new(StringComparer.Ordinal);
    public PriorityFreeze? Freeze { get; private set; }
    public CoreSettings Settings { get; }
    public Effects Last { get; private set; } = new();
    public ClusterMachine Core => machine;

    public IReadOnlyList<T> Calls<T>() where T : MasterCall => [.. Sends.OfType<Call>().Select(c => c.Message).OfType<T>()];

    public IReadOnlyList<TaskRecord> Launched => [.. Sends.OfType<Launch>().SelectMany(l => l.Tasks).Select(t => t.Task)];

    public TaskRecord Task(string id) => Rows[id];

    public T Only<T>(Func<T, bool>? which = null) where T : JournalEvent => Events.OfType<T>().Single(e => which is null || which(e));

    public void Do(SchedulerInput input)
    {
        Last = machine.Handle(input, Now);
        Events.AddRange(Last.Events.Select(e => e.Event));
        Sends.AddRange(Last.Sends);
        Keep(Last);
        foreach (var (id, row) in Last.Tasks)
            Rows[id] = row;
        foreach (var (id, row) in Last.Deploys)
            Deploys[id] = row;
        foreach (var (id, row) in Last.Requests)
            Requests[id] = row;
        if (Last.Freeze is { } change)
            Freeze = change.Freeze;
    }

    /// <summary>What the machine answers to a command.</summary>
    public CommandOutcome Ask(SchedulerCommand command)
    {
        Do(new CommandReceived(7, command));
        return Last.Answers.Single().Outcome;
    }

    public static CommandOrigin By(TimeSpan? lasts = null, string? reason = null) => new(Actor.Person("eleni"), reason, lasts);

    /// <summary>Another leader takes up what is in the rows, and nothing else.</summary>
    public void Restart()
    {
        var live = Deploys.Values.Where(d => d.IsLive || Rows.Values.Any(t => t.IsLive && t.DeployId == d.Id)).ToList();
        var attempts = Rows.Values.GroupBy(t => (t.DeployId, t.Instance)).ToDictionary(g => g.Key, g => g.Max(t => t.Attempt));
        machine = new ClusterMachine(Settings, trust, new Snapshot(
            new FrameworkRecord("fw-1", FrameworkState.Connecting, null, null, null),
            [.. Requests.Values.Where(r => r.State != RequestState.Removed)], live, [.. Rows.Values.Where(t => t.IsLive)],
            [.. Agents.Values], attempts)
        {
            Machines = [.. Machines.Values],
            Forced = Forced,
            Freeze = Freeze,
        }, Now);
        Receive(new Subscribed("fw-1", TimeSpan.FromSeconds(15), "m-1", "127.0.0.1:5050", "1.11.0"));
    }

    public IReadOnlyList<TaskRecord> Live(string? deploy = null) =>
        [.. Rows.Values.Where(t => t.IsLive && (deploy is null || t.DeployId == deploy)).OrderBy(t => t.Id, StringComparer.Ordinal)];

    /// <summary>Tasks that should go on running, by instance number.</summary>
    public IReadOnlyList<int> Places(string deploy) => [.. Live(deploy).Where(t => t.FillsPlace).Select(t => t.Instance).Order()];

    public int Healthy(Func<TaskRecord, bool>? which = null) => Rows.Values.Count(t => t.IsHealthy && (which is null || which(t)));

    /// <summary>Places everything that waits, and lets it run.</summary>
    public void Place(bool run = true)
    {
        for (var round = 0; round < 3; round++)
        {
            for (var agent = 1; agent <= 8; agent++)
            {
                if (Rows.Values.Any(t => t is { IsLive: true, Phase: TaskPhase.Pending } && !(t.NotBefore > Now)))
                    Offer($"a{agent}", cpus: 16, memory: 16384, ports: 40);
            }
        }

        if (!run)
            return;
        foreach (var task in Rows.Values.Where(t => t is { IsLive: true, Phase: TaskPhase.Launching }).ToList())
            Run(task.Id);
    }

    /// <summary>Every task that is being killed is gone now.</summary>
    public void Bury()
    {
        foreach (var task in Rows.Values.Where(t => t is { IsLive: true, KillCause: not null }).ToList())
            Say(task.Id, TaskState.Killed);
    }

    public void Crash(string taskId) => Say(taskId, TaskState.Failed, message: "Command exited with status 1");

    public void Receive(MasterEvent said) => Do(new MasterEventReceived(said));

    /// <summary>Time passes second by second, so that every timer fires at its time.</summary>
    public void Pass(TimeSpan time)
    {
        var end = Now + time;
        while (Now < end)
        {
            Now += TimeSpan.FromSeconds(1);
            Do(new Tick());
        }
    }

    /// <summary>Nobody leads while this time passes.</summary>
    public void Sleep(TimeSpan time) => Now += time;

    public string Offer(string agent, decimal cpus = 4, decimal memory = 4096, string rack = "rack1", int ports = 10)
    {
        var id = $"o-{++offers}";
        Receive(new OffersReceived([new Offer(
            id, agent, agent, "10.0.0.1", "http://10.0.0.1:5051", "pipeline",
            new OfferedResources(cpus, memory, 8192, ports == 0 ? [] : [new PortRange(31000, 31000 + ports - 1)]),
            new Dictionary<string, string> { ["rack"] = rack }, null)]));
        return id;
    }

    public void Say(string taskId, TaskState state, string? reason = null, string? message = null, bool? healthy = null,
        bool fromMaster = false) =>
        Receive(new TaskUpdated(new TaskStatus(
            taskId, state, Rows.TryGetValue(taskId, out var row) ? row.AgentId : "a1", fromMaster ? "SOURCE_MASTER" : "SOURCE_EXECUTOR",
                reason, message,
            fromMaster ? null : BitConverter.GetBytes(++updates), healthy, Now, null, null)));

    public void Run(string taskId)
    {
        Say(taskId, TaskState.Starting);
        Say(taskId, TaskState.Running);
    }

    public void Probe(string taskId, bool passed) =>
        Do(new ProbeCompleted(taskId, Now, TimeSpan.FromMilliseconds(3), passed, passed ? 200 : 503, "body"));

    public static RunOnce Build(string id = "build.1", int retries = 2, decimal cpus = 1) => new(
        "test", id, "build.acme.web.api", new ResourceNeed(cpus, 512, 100, 0), TimeSpan.FromMinutes(10), "{}", null, retries,
            JournalSubject.None,
        Actor.System("test"));

    public static DeploySubmission Web(string id, int instances = 2, Readiness? readiness = null, DeployTrust? trust = null,
        decimal cpus = 0.5m) => new(
        "test", "api-web", id, RequestKind.Service, instances, new ResourceNeed(cpus, 256, 100, 1), readiness, TimeSpan.FromMinutes(5),
        TimeSpan.FromSeconds(10), "{}", [], trust, null, "/api", JournalSubject.None, Actor.System("test"));

    public static readonly Readiness Ready = new(
        "/healthz", TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), 2, TimeSpan.FromSeconds(5));

    /// <summary>A deploy whose instances run and are healthy.</summary>
    public void Healthy(string id, int instances = 2)
    {
        Do(new SubmitDeployCommand(Web(id, instances)));
        for (var i = 1; i <= instances; i++)
            Offer($"a{i}");
        foreach (var task in Rows.Values.Where(t => t.DeployId == id).ToList())
            Run(task.Id);
    }

    /// <summary>A request with a deploy in force, and room for more.</summary>
    public static Machine With(int instances, DeployOptions? options = null, CoreSettings? settings = null)
    {
        var m = new Machine(settings: settings);
        m.Do(new SubmitDeployCommand(Web("v1", instances) with { Options = options ?? DeployOptions.Default }));
        m.Place();
        Xunit.Assert.Equal(instances, m.Healthy(t => t.DeployId == "v1"));
        return m;
    }

    public static DeploySubmission Nightly(string id, Schedule schedule, DeployOptions? options = null) =>
        Web(id, 1) with
        {
            RequestId = "nightly", Kind = RequestKind.Cron, Route = null, Needs = new ResourceNeed(0.5m, 128, 10, 0),
            Options = (options ?? DeployOptions.Default) with { Schedule = schedule },
        };

    public static DeploySubmission Job(string id, DeployOptions? options = null) =>
        Web(id, 1) with
        {
            RequestId = "report", Kind = RequestKind.OnDemand, Route = null, Needs = new ResourceNeed(0.5m, 128, 10, 0),
            Options = options ?? DeployOptions.Default,
        };
}
