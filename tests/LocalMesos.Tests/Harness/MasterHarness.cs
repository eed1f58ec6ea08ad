using Microsoft.Extensions.Time.Testing;
using Pipeline.LocalMesos.Containers;
using Pipeline.LocalMesos.Fetching;
using Pipeline.LocalMesos.Master;
using Pipeline.LocalMesos.Master.State;
using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Programs;
using Pipeline.LocalMesos.Tasks;
using Pipeline.LocalMesos.Virtual;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Harness;

/// <summary>A real master with virtual agents in this process, on a clock that only the test moves. Offers come when <see cref="Cycle"/> is
/// called.</summary>
internal sealed class MasterHarness : IDisposable
{
    public const string Capacity = "cpus:4;mem:4096;disk:8192;ports:[31000-31009]";
    private readonly TemporaryDirectory directory = new();
    private readonly Fetcher fetcher;
    private readonly ContainerEngine engine;

    public MasterHarness(int agents = 1, params string[] flags)
    {
        Options = LocalMesosFlags.Parse(
        [
            "--work_dir", directory.Path, "--agents=none", $"--virtual_agents={agents}", "--virtual_racks=2", "--launch_delay=100ms",
            $"--virtual_resources={Capacity}", "--allocation=on-demand", "--agent_ping_timeout=10secs", "--max_agent_ping_timeouts=3",
            .. flags,
        ]);
        Master = new MasterNode(new MasterState(new object(), Time, 5050, Options));
        fetcher = new Fetcher(directory.Path);
        engine = new ContainerEngine("/no/such/socket", directory.Path);
        var processes = new ProcessLauncher(new ChildReaper(), new RunningGroups(directory.Path));
        VirtualAgents.AddTo(Master, new AgentContext(Options, State.Gate, fetcher, processes, engine, null, Time), "cluster");
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero));

    public LocalMesosOptions Options { get; }

    public MasterNode Master { get; }

    public MasterState State => Master.State;

    public AgentSlot Agent => State.Agents[0];

    public string WorkDirectory => directory.Path;

    public FrameworkClient Subscribe(string role = "web", Action<W.FrameworkInfo>? change = null, string? id = null)
    {
        var client = new FrameworkClient(Master);
        client.Subscribe(role, change, id);
        return client;
    }

    public void Cycle() => Master.Cycle();

    public void Advance(double seconds) => Time.Advance(TimeSpan.FromSeconds(seconds));

    public void Dispose()
    {
        Master.Dispose();
        fetcher.Dispose();
        engine.Dispose();
        directory.Dispose();
    }
}
