using System.Text.Json;
using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Containers;
using Pipeline.LocalMesos.Fetching;
using Pipeline.LocalMesos.Limits;
using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Programs;
using Pipeline.LocalMesos.Resources;
using Pipeline.LocalMesos.Tasks;
using Pipeline.LocalMesos.Virtual;

namespace Pipeline.LocalMesos;

/// <summary>A master and its agents, ready to be served.</summary>
internal sealed class Cluster : IDisposable
{
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(3);
    private readonly LocalMesosOptions options;
    private readonly FileStream workDirectoryLock;
    private readonly Fetcher fetcher;
    private readonly ContainerEngine engine;

    /// <exception cref="IOException">Another localmesos uses this work directory, or no ports are left.</exception>
    public Cluster(LocalMesosOptions options, int port, TimeProvider time, ILogger log)
    {
        this.options = options;
        Directory.CreateDirectory(options.WorkDirectory);
        workDirectoryLock = Lock(options.WorkDirectory);
        var groups = new RunningGroups(options.WorkDirectory);
        if (groups.KillOrphans() is > 0 and var orphans)
            log.OrphansKilled(orphans);
        var gate = new object();
        fetcher = new Fetcher(options.WorkDirectory);
        engine = new ContainerEngine(options.DockerSocket, options.WorkDirectory);
        Master = new MasterNode(new MasterState(gate, time, port, options));
        var (clusterId, identities) = ClusterIdentity.Load(options);
        var limits = LimitsOf(options, clusterId, log);
        var context = new AgentContext(options, gate, fetcher, new ProcessLauncher(new ChildReaper(), groups), engine, limits, time);
        var launcher = new CommandTaskLauncher(context);
        foreach (var identity in identities)
            Add(new Agent(context, identity, PortBlock.Take(), Master.Reports, launcher));
        VirtualAgents.AddTo(Master, context, clusterId);
    }

    public MasterNode Master { get; }

    public IEnumerable<Agent> Agents => Master.State.Agents.Select(a => a.Agent);

    /// <summary>Removes the containers of an earlier run that was killed.</summary>
    public async Task RemoveOrphanContainersAsync(ILogger log, CancellationToken ct)
    {
        if (await engine.RemoveOrphansAsync(ct) is > 0 and var removed)
            log.OrphanContainersRemoved(removed);
    }

    /// <summary>Tells whoever started the process that it is ready, and where everything is.</summary>
    public void WriteReadyFile() => AtomicFile.Write(Path.Combine(options.WorkDirectory, "localmesos.json"),
        JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            Cluster = options.Cluster,
            Pid = System.Environment.ProcessId,
            StartedAt = Master.State.Started,
            Master = $"http://127.0.0.1:{Master.State.Port}",
            Agents = Agents.Select(a => new { a.Identity.Id, a.Identity.Hostname, Url = $"http://{a.Endpoint}", a.Identity.Rack }),
        },
        JsonSerializerOptions.Web));

    /// <summary>Ends all tasks: SIGTERM, and SIGKILL after three seconds.</summary>
    public Task StopTasksAsync() => Task.WhenAll(Agents.ToList().Select(a => a.StopAsync(GracePeriod)));

    public void Dispose()
    {
        Master.Dispose();
        fetcher.Dispose();
        engine.Dispose();
        workDirectoryLock.Dispose();
    }

    private static ControlGroups? LimitsOf(LocalMesosOptions options, string clusterId, ILogger log)
    {
        if (!options.EnforceLimits)
            return null;
        var (groups, reason) = ControlGroups.Open($"pipeline-{clusterId}");
        if (groups is null)
            log.LimitsNotEnforced(reason!);
        return groups;
    }

    private void Add(Agent agent)
    {
        var named = ResourceSet.Parse(options.Resources);
        var ports = ResourceSet.Ports(agent.Ports.FirstTaskPort, agent.Ports.LastTaskPort);
        Master.Add(agent, named.HasPorts ? named : ports.Plus(named));
    }

    private static FileStream Lock(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"Another localmesos uses {directory}. Stop it first, or choose another --work_dir.", e);
        }
    }
}
