using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;

namespace Pipeline.TestKit;

/// <summary>One agent of a cluster started by <see cref="LocalMesosCluster"/>.</summary>
public sealed record LocalMesosAgent(string Id, string Hostname, string Url, string Rack);

/// <summary>What to start: agents per rack, resources per agent, and the ping settings that decide when an agent counts as lost.</summary>
public sealed record LocalMesosSettings
{
    public string Cluster { get; init; } = "test";

    public string Agents { get; init; } = "rack1:1";

    public string Resources { get; init; } = "cpus:4;mem:4096;disk:8192";

    public IReadOnlyDictionary<string, string> TaskEnvironment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<string> MoreArguments { get; init; } = ["--agent_ping_timeout=1secs", "--max_agent_ping_timeouts=2"];

    /// <summary>Null makes a fresh directory that goes away with the cluster; give one to start again on it.</summary>
    public string? WorkDirectory { get; init; }
}

/// <summary>
/// A real <c>localmesos</c> process on a free port. The executable must have been built (it is found beside the sources, never
/// referenced): <c>src/LocalMesos/bin/&lt;Debug|Release&gt;/net10.0/localmesos</c>.
/// </summary>
public sealed class LocalMesosCluster : IAsyncDisposable
{
    private static readonly HttpClient Http = new();
    private readonly Process process;
    private readonly bool ownsDirectory;

    private LocalMesosCluster(Process process, string directory, bool ownsDirectory, string masterUrl,
        IReadOnlyList<LocalMesosAgent> agents) =>
        (this.process, WorkDirectory, this.ownsDirectory, MasterUrl, Agents) = (process, directory, ownsDirectory, masterUrl, agents);

    public string WorkDirectory { get; }

    /// <summary><c>http://127.0.0.1:port</c>.</summary>
    public string MasterUrl { get; }

    public IReadOnlyList<LocalMesosAgent> Agents { get; }

    public int ProcessId => process.Id;

    public static Task<LocalMesosCluster> StartAsync(string agents = "rack1:1") =>
        StartAsync(new LocalMesosSettings { Agents = agents }, CancellationToken.None);

    public static async Task<LocalMesosCluster> StartAsync(LocalMesosSettings settings, CancellationToken ct)
    {
        var directory = settings.WorkDirectory ?? Directory.CreateTempSubdirectory("pipeline-localmesos-").FullName;
        var info = Path.Combine(directory, "localmesos.json");
        File.Delete(info);
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("exec \"$0\" \"$@\" </dev/null >>\"$LOCALMESOS_LOG\" 2>&1");
        start.ArgumentList.Add(Executable);
        start.Environment["LOCALMESOS_LOG"] = Path.Combine(directory, "localmesos.log");
        foreach (var argument in Arguments(settings, directory))
            start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        var ready = await Eventually.BecomesAsync(
            () => Task.FromResult(File.Exists(info) || process.HasExited), ok => ok, TimeSpan.FromSeconds(30), "localmesos is ready");
        if (!ready || !File.Exists(info))
            throw new InvalidOperationException("localmesos did not start: " + await File.ReadAllTextAsync(
                start.Environment["LOCALMESOS_LOG"]!, ct));
        using var document = JsonDocument.Parse(await File.ReadAllBytesAsync(info, ct));
        var root = document.RootElement;
        return new LocalMesosCluster(
            process, directory, settings.WorkDirectory is null, root.GetProperty("master").GetString()!,
            root.GetProperty("agents").Deserialize<List<LocalMesosAgent>>(JsonSerializerOptions.Web)!);
    }

    /// <summary>The agent and everything on it dies at once, as if its machine lost power.</summary>
    public Task KillAgentAsync(string agentId) => AdminAsync(agentId, "kill");

    /// <summary>The master no longer hears the agent; its tasks run on.</summary>
    public Task PartitionAgentAsync(string agentId) => AdminAsync(agentId, "partition");

    /// <summary>A killed or partitioned agent comes back with its id.</summary>
    public Task RestartAgentAsync(string agentId) => AdminAsync(agentId, "restart");

    /// <summary>One allocation cycle, for a cluster with <c>--allocation=on-demand</c>.</summary>
    public async Task AllocateAsync()
    {
        using var response = await Http.PostAsJsonAsync($"{MasterUrl}/localmesos/master/allocate", new { });
        response.EnsureSuccessStatusCode();
    }

    /// <summary>Kill -9 of the whole cluster process (master and agents). Its tasks run on until it is disposed.</summary>
    public async Task KillProcessAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            using var term = Process.Start("kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            await term.WaitForExitAsync();
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
            try
            {
                await process.WaitForExitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
        }

        process.Dispose();
        if (!ownsDirectory)
            return;
        EndSurvivors();
        Directory.Delete(WorkDirectory, recursive: true);
    }

    // Tasks outlive a cluster that was killed, as they should; nobody would end those of a test.
    private void EndSurvivors()
    {
        foreach (var proc in Directory.EnumerateDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            try
            {
                if (new FileInfo(Path.Combine(proc, "cwd")).LinkTarget?.StartsWith(WorkDirectory + "/", StringComparison.Ordinal) != true)
                    continue;
                using var survivor = Process.GetProcessById(
                    int.Parse(Path.GetFileName(proc), System.Globalization.CultureInfo.InvariantCulture));
                survivor.Kill();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or InvalidOperationException)
            {
                // It ended by itself, or is not ours to look at.
            }
        }
    }

    private async Task AdminAsync(string agentId, string action)
    {
        using var response = await Http.PostAsJsonAsync($"{MasterUrl}/localmesos/agents/{agentId}/{action}", new { });
        response.EnsureSuccessStatusCode();
    }

    private static IEnumerable<string> Arguments(LocalMesosSettings settings, string directory) =>
    [
        "--cluster", settings.Cluster, "--port", "0", "--work_dir", directory, "--agents", settings.Agents, "--resources",
            settings.Resources,
        "--executor_environment_variables=" + JsonSerializer.Serialize(settings.TaskEnvironment),
        "--exit_with", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), .. settings.MoreArguments,
    ];

    /// <summary>The program beside the sources.</summary>
    /// <exception cref="InvalidOperationException">It was not built.</exception>
    public static string Executable => FindExecutable();

    private static string FindExecutable()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (!File.Exists(Path.Combine(at.FullName, "Pipeline.sln")))
                continue;
            var configuration = AppContext.BaseDirectory.Contains("/Release/", StringComparison.Ordinal) ? "Release" : "Debug";
            var path = Path.Combine(at.FullName, "src/LocalMesos/bin", configuration, "net10.0/localmesos");
            return File.Exists(path) ? path : throw new InvalidOperationException($"{path} is missing: build src/LocalMesos first.");
        }

        throw new InvalidOperationException("The tests do not run inside the repository.");
    }
}
