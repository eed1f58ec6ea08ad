using System.Globalization;
using System.Text.Json;
using Dapper;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.Scheduler;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.EndToEnd.Harness.Pairs;

/// <summary>Two servers on one PostgreSQL, and one cluster of virtual agents: one leads, the other stands by.</summary>
public sealed class ServerPair : IAsyncDisposable
{
    public const string Cluster = "production";

    private const string Policy = """
        stages:
          - { name: production, cluster: production, promote: automatic, gates: { signature: required } }
        """;

    private readonly string data;
    private readonly PrivatePostgres postgres;
    private readonly LocalMesosCluster mesos;
    private readonly List<ServedServer> servers = [];

    private ServerPair(string data, PrivatePostgres postgres, LocalMesosCluster mesos)
    {
        (this.data, this.postgres, this.mesos) = (data, postgres, mesos);
        Db = NpgsqlDataSource.Create(postgres.ConnectionString);
        Master = new VirtualMaster(mesos.MasterUrl);
    }

    public NpgsqlDataSource Db { get; }

    public VirtualMaster Master { get; }

    /// <param name="durable">Whether the database syncs each commit: for measurements.</param>
    public static async Task<ServerPair> StartAsync(int agents = 100, bool durable = false)
    {
        var data = Directory.CreateTempSubdirectory("pipeline-pair-").FullName;
        await File.WriteAllTextAsync(Path.Combine(data, "stages.yaml"), Policy);
        var postgres = new PrivatePostgres(Path.Combine(data, "pg"), durable);
        await postgres.StartAsync(CancellationToken.None);
        string[] virtualAgents = [string.Create(CultureInfo.InvariantCulture, $"--virtual_agents={agents}"), "--virtual_racks=5"];
        var mesos = await LocalMesosCluster.StartAsync(
            new LocalMesosSettings { Cluster = Cluster, Agents = "none", MoreArguments = virtualAgents }, CancellationToken.None);
        var pair = new ServerPair(data, postgres, mesos);
        var first = await pair.StartServerAsync();
        var token = await first.AdministratorsTokenAsync();
        first.SignIn(token);
        (await pair.StartServerAsync()).SignIn(token);
        return pair;
    }

    /// <summary>Who leads, as the servers themselves tell, and who does not.</summary>
    public async Task<(ServedServer Leader, ServedServer StandBy)> RolesAsync()
    {
        var seen = await Eventually.BecomesAsync(
            async () => (await servers[0].GetAsync("/api/v1/clusters")).GetProperty("items").EnumerateArray().ToList(),
            c => c.Any(IsSubscribed), TimeSpan.FromSeconds(30), "a server leads and is subscribed");
        var leads = servers.FindIndex(s => IsLedBy(seen.Single(), s));
        Assert.True(leads >= 0, seen.Single().ToString());
        return (servers[leads], servers[1 - leads]);
    }

    /// <summary>As the given server tells: subscribed, and led by it.</summary>
    public static async Task<bool> LeadsAsync(ServedServer server)
    {
        var cluster = await server.GetAsync($"/api/v1/clusters/{Cluster}");
        return IsSubscribed(cluster) && IsLedBy(cluster, server);
    }

    public static async Task<long> EpochAsync(ServedServer server) =>
        (await server.GetAsync($"/api/v1/clusters/{Cluster}")).GetProperty("epoch").GetInt64();

    /// <summary>Deploys workers of 10 instances, scales them by the API of a server, and starts runs beside them.</summary>
    /// <returns>Ids of all tasks that run, as the master tells.</returns>
    public async Task<IReadOnlyList<string>> FillAsync(ServedServer through, int requests, int instancesEach, int runs)
    {
        for (var n = 1; n <= requests; n++)
            await DeployAsync($"worker{n}");
        for (var n = 1; n <= requests; n++)
            await ScaleAsync(through, $"worker{n}", instancesEach);
        for (var n = 1; n <= runs; n++)
            await RunAsync($"run{n:000}");
        return await Eventually.BecomesAsync(
            Master.RunningAsync, r => r.Count == (requests * instancesEach) + runs, TimeSpan.FromSeconds(120), "all tasks run");
    }

    public Task DeployAsync(string request, int instances = 10) => Commands.DeployAsync(
        Caller.System("tests"),
        new DeploySubmission(
            Cluster, request, $"{request}.1", RequestKind.Worker, instances, new ResourceNeed(0.1m, 64, 10, 1), null,
            TimeSpan.FromMinutes(5),
            TimeSpan.FromSeconds(5), "{}", [], null, null, null, JournalSubject.None, Actor.System("tests")),
        CancellationToken.None);

    public Task RunAsync(string id) => Commands.RunOnceAsync(
        Caller.System("tests"),
        new RunOnce(
            Cluster, id, "errands", new ResourceNeed(0.1m, 64, 10, 0), TimeSpan.FromHours(1), "{}", null, 0, JournalSubject.None,
            Actor.System("tests")),
        CancellationToken.None);

    /// <summary>A write by the API of any server; the leader decides, and here must accept.</summary>
    public static async Task ScaleAsync(ServedServer through, string request, int instances)
    {
        var path = $"/api/v1/clusters/{Cluster}/requests/{request}/scale";
        await Eventually.IsTrueAsync(
            async () => (await through.Http.GetAsync($"/api/v1/clusters/{Cluster}/requests/{request}")).IsSuccessStatusCode,
            TimeSpan.FromSeconds(20), $"{request} is known");
        Assert.Equal("accepted", (await through.PostAsync(path, new { instances, acknowledged = true })).GetProperty("state").GetString());
    }

    public async Task<T> AskAsync<T>(string sql)
    {
        await using var connection = await Db.OpenConnectionAsync();
        return (await connection.ExecuteScalarAsync<T>(sql))!;
    }

    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql)
    {
        await using var connection = await Db.OpenConnectionAsync();
        return [.. await connection.QueryAsync<T>(sql)];
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in servers)
            await server.DisposeAsync();
        Master.Dispose();
        await mesos.DisposeAsync();
        await Db.DisposeAsync();
        await postgres.DestroyAsync(CancellationToken.None);
        if (Environment.GetEnvironmentVariable("PIPELINE_KEEP_TEST_DATA") is null)
            Directory.Delete(data, recursive: true);
    }

    /// <summary>The name under which PostgreSQL knows the sessions of a server.</summary>
    public string SessionsOf(ServedServer server) => $"server-{servers.IndexOf(server) + 1}";

    private SchedulerCommands Commands =>
        commands ??= new ServiceCollection().AddSingleton(Db).AddScheduler(new ConfigurationBuilder().Build())
        .AddSingleton(TimeProvider.System).BuildServiceProvider().GetRequiredService<SchedulerCommands>();

    private SchedulerCommands? commands;

    private async Task<ServedServer> StartServerAsync()
    {
        var number = servers.Count + 1;
        var server = await ServedServer.StartAsync(Path.Combine(data, $"server-{number}.log"), new Dictionary<string, string?>
        {
            ["ConnectionStrings__Pipeline"] =
                new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { ApplicationName = $"server-{number}" }.ConnectionString,
            [$"Clusters__{Cluster}__Masters__0"] = mesos.MasterUrl,
            ["BuildRunner__Cluster"] = Cluster,
            ["DataDirectory"] = Path.Combine(data, "data"),
            ["DeployStages__Policy"] = Path.Combine(data, "stages.yaml"),
            ["Scheduler__ServerKeyPath"] = Path.Combine(data, "data", "server.key"),
            ["Scheduler__TrustPath"] = Path.Combine(data, "data", "trust.json"),
            ["Scheduler__TaskRunnerPath"] = $"{RepositoryRoot.Path}/artifacts/taskrunner/taskrunner",
        });
        servers.Add(server);
        return server;
    }

    private static bool IsSubscribed(JsonElement cluster) => cluster.GetProperty("state").GetString() == "subscribed";

    private static bool IsLedBy(JsonElement cluster, ServedServer server) =>
        cluster.GetProperty("leader")
            .GetString()?.EndsWith(string.Create(CultureInfo.InvariantCulture, $"/{server.ProcessId}"), StringComparison.Ordinal) == true;
}
