using System.Text.Json;
using Pipeline.LocalMesos.Agents;
using Pipeline.LocalMesos.Containers;
using Pipeline.LocalMesos.Fetching;
using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Virtual;

namespace Pipeline.LocalMesos;

/// <summary>A master and its agents, ready to be served.</summary>
public sealed class Cluster : IDisposable
{
    private static readonly TimeSpan TaskGrace = TimeSpan.FromSeconds(3);
    private readonly LocalMesosOptions options;
    private readonly FileStream claim;
    private readonly Fetcher fetcher;
    private readonly ContainerEngine engine;

    /// <exception cref="IOException">Another localmesos works in this directory, or no ports are left.</exception>
    public Cluster(LocalMesosOptions options, int port, TimeProvider time, ILogger log)
    {
        this.options = options;
        Directory.CreateDirectory(options.WorkDirectory);
        claim = Claim(options.WorkDirectory);
        var groups = new RunningGroups(options.WorkDirectory);
        var leftovers = groups.KillLeftovers();
        if (leftovers > 0)
            log.LeftoversKilled(leftovers);
        var gate = new object();
        fetcher = new Fetcher(options.WorkDirectory);
        engine = new ContainerEngine(options.DockerSocket, options.WorkDirectory);
        Master = new MasterNode(new MasterState(gate, time, port, options), options.AgentTimeout);
        var context = new AgentContext(options, gate, fetcher, new ChildReaper(), groups, engine, time);
        var tasks = new RealTasks(context);
        var (clusterId, identities) = ClusterIdentity.Load(options);
        foreach (var identity in identities)
        {
            var agent = new Agent(context, identity, PortBlock.Take(), Master, tasks);
            var asked = ResourceSet.Parse(options.Resources);
            var ports = ResourceSet.Ports(agent.Ports.FirstTaskPort, agent.Ports.LastTaskPort);
            Master.Add(agent, asked.HasPorts ? asked : ports.Plus(asked));
        }

        VirtualAgents.AddTo(Master, context, clusterId);
    }

    public MasterNode Master { get; }

    public IEnumerable<Agent> Agents => Master.State.Agents.Select(a => a.Agent);

    /// <summary>Takes away the containers of a run that was killed.</summary>
    public async Task RemoveLeftoverContainersAsync(ILogger log, CancellationToken ct)
    {
        var removed = await engine.RemoveLeftoversAsync(options.DockerSocket, ct);
        if (removed > 0)
            log.LeftoversKilled(removed);
    }

    /// <summary>Tells whoever started us where everything is.</summary>
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

    /// <summary>Ends all tasks: TERM, and KILL after three seconds.</summary>
    public Task StopTasksAsync() => Task.WhenAll(Agents.ToList().Select(a => a.StopAsync(TaskGrace)));

    public void Dispose()
    {
        Master.Dispose();
        fetcher.Dispose();
        engine.Dispose();
        claim.Dispose();
    }

    private static FileStream Claim(string directory)
    {
        try
        {
            return new FileStream(Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new IOException($"Another localmesos works in {directory}: end it first, or give another --work_dir.", e);
        }
    }
}
