using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Pipeline.Attestation;
using Pipeline.Attestation.Runs;
using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Ports;
using Pipeline.TestKit;

namespace Pipeline.TaskRunner.Tests.Ports;

/// <summary>Who listens on the ports of a task: the task, or somebody who has nothing to do with it.</summary>
public sealed class PortWatchTests : IAsyncLifetime
{
    private const string Listen = "perl -MIO::Socket::INET -e '$s = IO::Socket::INET->new(LocalPort => $ENV{PORT1}, Listen => 1)";
    private readonly SigningKey root = SigningKey.Create();
    private readonly SigningKey builder = SigningKey.Create();
    private readonly SigningKey promoter = SigningKey.Create();
    private readonly string agent = RunnerProcess.NewFolder();
    private readonly byte[] artifact = Tars.Of(("x", "x"));
    private readonly int[] ports = FreePorts();
    private FakeServer server = null!;

    public static TheoryData<string> Runners => ["root", "nobody"];

    public async ValueTask InitializeAsync()
    {
        server = await FakeServer.StartAsync();
        server.Artifacts[Tars.DigestOf(artifact)] = artifact;
        AgentFolder.PublishTrust(agent, 1, 1, root, root, builder, promoter);
        Machine.OpenToAll(agent);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        RunnerProcess.DeleteFolder(agent);
    }

    [Theory]
    [InlineData("0.0.0.0"), InlineData("127.0.0.1"), InlineData("::")]
    public async Task A_task_whose_port_somebody_listens_on_starts_nothing_and_the_server_does_not_hear_of_it(string address)
    {
        using var other = Other(ports[1], address);
        await using var runner = Run("root", "echo started");

        Assert.Equal(69, await runner.ExitAsync());
        Assert.Equal(
            $"PORT: another program listens on port {ports[1]}, which the agent gave to this task.\n", await runner.SaidAsync());
        Assert.Equal(0, server.Requests);
    }

    [Theory, MemberData(nameof(Runners))]
    public async Task A_program_that_listens_is_told_to_the_server_whichever_of_its_processes_does(string by)
    {
        await using var runner = Run(by, $"setsid {Listen} or die; sleep 300' & {Listen.Replace("PORT1", "PORT0")} or die; sleep 300'");

        await Eventually.IsTrueAsync(
            () => Task.FromResult(server.Ports.LastOrDefault()?.Count == 2), TimeSpan.FromSeconds(30), "both ports are told");
        Assert.Equal(ports, server.Ports.Last().Order());
        Assert.True(server.ReportsPorts);
        runner.Signal("TERM");
        Assert.Equal(143, await runner.ExitAsync());
    }

    [Theory, MemberData(nameof(Runners))]
    public async Task A_program_that_lives_without_its_port_is_ended_when_another_listens_there(string by)
    {
        await using var runner = Run(by, "echo ready; sleep 300");
        await SaysAsync(runner, "ready");
        using var other = Other(ports[1]);

        Assert.Equal(69, await runner.ExitAsync());
        Assert.Empty(server.Ports);
        Assert.EndsWith(
            $"pipeline: PORT: another program listens on port {ports[1]}, which the agent gave to this task.\n",
            await File.ReadAllTextAsync(Path.Combine(runner.Sandbox, "service.log")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_that_gives_its_port_up_does_not_pass_it_on()
    {
        const string closes = "select(undef, undef, undef, 0.1) until -e \"/app/go\"; close $s; sleep 300'";
        await using var runner = Run("root", $"{Listen} or die; {closes}");
        await Eventually.IsTrueAsync(() => Task.FromResult(!server.Ports.IsEmpty), TimeSpan.FromSeconds(30), "the port is told");
        await File.WriteAllTextAsync(Path.Combine(runner.Sandbox, "app", "go"), "");
        await Eventually.IsTrueAsync(() => Task.FromResult(IsFree(ports[1])), TimeSpan.FromSeconds(30), "the port is free");
        using var other = Other(ports[1]);

        Assert.Equal(69, await runner.ExitAsync());
    }

    [Fact]
    public async Task A_runner_that_sees_other_programs_too_promises_no_word_about_ports()
    {
        await using var runner = Run("root", $"{Listen} or die; print \"up\"'", ("PIPELINE_ISOLATION", "none"));

        Assert.Equal(0, await runner.ExitAsync());
        Assert.Equal((false, true), (server.ReportsPorts, server.Ports.IsEmpty));
    }

    [Fact]
    public void What_listens_is_read_up_to_the_first_connection()
    {
        var folder = RunnerProcess.NewFolder();
        File.WriteAllText(Path.Combine(folder, "tcp"), """
              sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
               0: 0100007F:7918 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41 1 0 100 0 0 10 0
               1: 00000000:7919 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 42 1 0 100 0 0 10 0
               2: 0100007F:791A 0100007F:0016 01 00000000:00000000 00:00000000 00000000     0        0 43 1 0 20 4 30 10 -1
               3: 0100007F:791B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 44 1 0 100 0 0 10 0

            """);
        Assert.Equal([new Listener(31000, 41), new Listener(31001, 42)], Listener.On([31000, 31001, 31002, 31003], folder));
        File.Move(Path.Combine(folder, "tcp"), Path.Combine(folder, "tcp6"));
        Assert.Equal([new Listener(31001, 42)], Listener.On([31001], folder));
        RunnerProcess.DeleteFolder(folder);
        Assert.Empty(Listener.On([31000], folder));
    }

    private static Task SaysAsync(RunnerProcess runner, string word)
    {
        var log = Path.Combine(runner.Sandbox, "service.log");
        return Eventually.IsTrueAsync(
            () => Task.FromResult(File.Exists(log) && File.ReadAllText(log).Contains(word)), TimeSpan.FromSeconds(30), word);
    }

    private static Socket Other(int port, string address = "127.0.0.1")
    {
        var at = IPAddress.Parse(address);
        var socket = new Socket(at.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(at, port));
        socket.Listen();
        return socket;
    }

    /// <summary>As a service does whose migration shows its progress on another port first.</summary>
    [Fact]
    public async Task A_program_that_leaves_one_port_for_another_is_told_on_both()
    {
        var reports = new System.Collections.Concurrent.ConcurrentQueue<string>();
        using var over = new CancellationTokenSource();
        var first = Other(ports[0], "127.0.0.1");
        var watch = new PortWatch(
            ports, () => OwnSockets.Below(Environment.ProcessId), p => reports.Enqueue(string.Join(' ', p)), TimeProvider.System)
            .RunAsync(over.Token);
        await Eventually.IsTrueAsync(() => Task.FromResult(reports.Count == 1), TimeSpan.FromSeconds(10), "the first is told");

        first.Dispose();
        using var second = Other(ports[1], "127.0.0.1");
        await Eventually.IsTrueAsync(() => Task.FromResult(reports.Count == 2), TimeSpan.FromSeconds(10), "the second is told");

        await over.CancelAsync();
        Assert.Null(await watch);
        Assert.Equal([$"{ports[0]}", $"{ports[0]} {ports[1]}"], reports);
    }

    private static bool IsFree(int port) => Listener.On([port]).Count == 0;

    // Below the ephemeral range, where no outgoing connection takes one meanwhile.
    private static int[] FreePorts() =>
        [.. Enumerable.Range(0, 5000).Select(i => 18000 + ((Environment.ProcessId + Random.Shared.Next(5000) + i) % 2000)).Distinct()
            .Where(IsFree).Take(2).Order()];

    private RunnerProcess Run(string by, string run, params (string Name, string Value)[] more)
    {
        server.Spec = SpecOf(run);
        var variables = new Dictionary<string, string>
        {
            ["PIPELINE_TRUST"] = Path.Combine(agent, "trust.json"), ["PIPELINE_STATE"] = Path.Combine(agent, "state"),
            ["PIPELINE_STAGES"] = "production", ["PIPELINE_CLUSTER"] = "test",
            ["PORT0"] = ports[0].ToString(CultureInfo.InvariantCulture), ["PORT1"] = ports[1].ToString(CultureInfo.InvariantCulture),
        };
        foreach (var (name, value) in more)
            variables[name] = value;
        return RunnerProcess.StartThrough(by == "root" || !Machine.IsRoot ? null : Machine.AsNobody, server.Url, variables);
    }

    private RunSpec SpecOf(string run)
    {
        var digest = Tars.DigestOf(artifact);
        var release = "sha256:" + new string('e', 64);
        var subjects = new[] { StatementSubject.Of("api", digest) };
        var text = new RunSpecification(
            new RunArtifact(artifact.Length, digest, "application/x-tar+gzip", null), run, 1, 1, new Dictionary<string, string>(), null,
            null, 10, null, 1, 2, "api-web", null, [], null).ToCanonicalJson();
        var promotion = new PromotionPredicate(
            "production", release, "api-web", 1, DateTimeOffset.UtcNow.AddHours(1), RunSpecification.DigestOf(text));
        var provenance = new ProvenancePredicate(
            new BuildDefinition(ProvenancePredicate.BuildType, new Dictionary<string, string>(), new Dictionary<string, string>(), []),
            new RunDetails(new BuilderIdentity("urn:test"), new RunMetadata("1", null, null)));
        return new RunSpec(
            release, "production", "api-web", 1,
            [Statements.SignPromotion(subjects, promotion, promoter), Statements.SignProvenance(subjects, provenance, builder)], text);
    }
}
