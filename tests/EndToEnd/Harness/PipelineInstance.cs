using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Pipeline.EndToEnd.Harness.Repositories;
using Pipeline.Kernel.Postgres;

namespace Pipeline.EndToEnd.Harness;

/// <summary>
/// The product as a user runs it: <c>server up</c> from <c>artifacts/</c>, its own PostgreSQL, three clusters, a free port.
/// </summary>
public sealed class PipelineInstance : IAsyncDisposable
{
    // In a session of its own, as in a terminal; and shells ignore SIGINT for what they run in the background.
    private const string AtATerminal = """
        $SIG{INT} = 'DEFAULT'; open STDIN, '<', '/dev/null'; open STDOUT, '>>', shift; open STDERR, '>&', STDOUT; exec @ARGV or die $!
        """;

    private readonly string stagesFile;
    private readonly IReadOnlyDictionary<string, string> settings;
    private Process? server;

    private PipelineInstance(string stages, IReadOnlyDictionary<string, string> settings)
    {
        Port = FreePort.Next();
        TrafficPort = FreePort.Next();
        Data = Path.Combine(Path.GetTempPath(), $"pipeline-e2e-{Environment.UserName}", $"{Environment.ProcessId}-{Port}");
        Directory.CreateDirectory(Data);
        stagesFile = Path.Combine(Data, "stages.yaml");
        File.WriteAllText(stagesFile, stages);
        this.settings = settings;
        Http = new HttpClient { BaseAddress = new Uri(Url), Timeout = TimeSpan.FromSeconds(30) };
        Applications = new HttpClient { BaseAddress = new Uri(TrafficUrl), Timeout = TimeSpan.FromSeconds(30) };
    }

    public int Port { get; }

    /// <summary>The socket of the server's PostgreSQL, as its own file says it (postmaster.pid: line 4 is the port, line 5 the folder).
    /// </summary>
    public string DatabaseSocket
    {
        get
        {
            var lines = File.ReadAllLines(Path.Combine(Data, "pg", "postmaster.pid"));
            return $"{lines[4]}/.s.PGSQL.{lines[3]}";
        }
    }

    /// <summary>The process id.</summary>
    public int ServerId => server!.Id;

    public int TrafficPort { get; }
    public string Data { get; }
    public string Url => $"http://localhost:{Port}";
    public string TrafficUrl => $"http://localhost:{TrafficPort}";

    /// <summary>Signed in as the administrator.</summary>
    public HttpClient Http { get; }

    /// <summary>Where applications are: another origin, and nobody signed in.</summary>
    public HttpClient Applications { get; }

    /// <summary>Between the tests and the tasks of their pushes.</summary>
    public SignalBoard Signals { get; } = new();

    public string AdminToken { get; private set; } = "";

    public static async Task<PipelineInstance> StartAsync(string stages, IReadOnlyDictionary<string, string>? settings = null)
    {
        var instance = new PipelineInstance(stages, settings ?? new Dictionary<string, string>());
        await instance.StartServerAsync();
        return instance;
    }

    /// <param name="furnish">Puts into the data directory what is there already when the server starts.</param>
    /// <param name="stages">The policy.</param>
    public static async Task<PipelineInstance> StartOnAsync(Func<PipelineInstance, Task> furnish, string stages)
    {
        var instance = new PipelineInstance(stages, new Dictionary<string, string>());
        await furnish(instance);
        await instance.StartServerAsync();
        return instance;
    }

    /// <summary>Starts the server, on what it left behind if it ran before, and waits until it is ready.</summary>
    public async Task StartServerAsync()
    {
        string[] command =
            ["perl", "-e", AtATerminal, $"{Data}/output.log", $"{RepositoryRoot.Path}/artifacts/server/Pipeline.Server", "up"];
        var start = new ProcessStartInfo("setsid", command)
        {
            WorkingDirectory = Data,
        };
        start.Environment["PIPELINE_PORT"] = Port.ToString(CultureInfo.InvariantCulture);
        start.Environment["PIPELINE_TRAFFIC_PORT"] = TrafficPort.ToString(CultureInfo.InvariantCulture);
        start.Environment["PIPELINE_DATA"] = Data;
        start.Environment["PIPELINE_SAMPLE"] = "none";
        start.Environment["PIPELINE_STAGES_FILE"] = stagesFile;
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        server = Process.Start(start)!;
        await Eventually.IsTrueAsync(IsReadyAsync, TimeSpan.FromSeconds(60), "the server answers /health/ready");
        AdminToken = (await File.ReadAllTextAsync(Path.Combine(Data, "admin-token"))).Trim();
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", AdminToken);
    }

    /// <summary>kill -9: the server gets no chance to say goodbye; PostgreSQL, clusters and tasks go on.</summary>
    public async Task KillServerAsync()
    {
        Posix.Send(server!.Id, Posix.SigKill);
        await server.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: the server hears and says nothing, and its connections stay open.</summary>
    public void FreezeServer() => Posix.Send(server!.Id, Posix.SigStop);

    public void ThawServer() => Posix.Send(server!.Id, Posix.SigCont);

    /// <summary>Ctrl-C: the terminal sends SIGINT to the server and to whatever shares its process group.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> InterruptAsync()
    {
        Posix.Send(-server!.Id, Posix.SigInt);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await server.WaitForExitAsync(patience.Token);
        return server.ExitCode;
    }

    /// <summary>A token for a person or a machine, made by the administrator.</summary>
    public async Task<string> CreateTokenAsync(object token)
    {
        using var answer = await Http.PostAsync("/api/v1/tokens", JsonBody.Of(token));
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.Created, body);
        return JsonDocument.Parse(body).RootElement.GetProperty("token").GetString()!;
    }

    public Task<TestRepository> CreateRepositoryAsync(string name) => TestRepository.CreateAsync(this, name);

    /// <summary>What the LocalMesos of a cluster says of itself: <c>pid</c>, <c>master</c>, <c>agents</c>.</summary>
    public async Task<JsonElement> ClusterAsync(string name) =>
        JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(Data, "clusters", name, "localmesos.json"))).RootElement;

    /// <summary>The agents of a cluster hold tasks to their limits: whoever runs them may have control groups.</summary>
    public bool EnforcesLimits(string cluster) =>
        !File.ReadAllText(Path.Combine(Data, "clusters", cluster, "localmesos.log"))
            .Contains("Limits of memory, processes and CPU are not enforced", StringComparison.Ordinal);

    /// <summary>GET as JSON; null for 404.</summary>
    public async Task<JsonElement?> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"GET {path}: {(int)answer.StatusCode} {body}");
        return JsonDocument.Parse(body).RootElement;
    }

    /// <summary>
    /// Waits until the application behind the path answers with the text: traffic follows health by an event, not in the same instant.
    /// </summary>
    public Task ServesAsync(string path, string expected, TimeSpan? patience = null) => Eventually.BecomesAsync(
        async () =>
        {
            using var answer = await Applications.GetAsync(path);
            return $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}";
        },
        answer => answer == $"200 {expected}",
        patience ?? TimeSpan.FromSeconds(10),
        $"{path} answers '{expected.Trim()}'");

    /// <summary>POST as JSON with any sign-in.</summary>
    public async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(string path, object body, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonBody.Of(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? AdminToken);
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    public string ServerLog()
    {
        var parts = Directory.GetFiles(Data, "*.log").Select(
            f => $"== {Path.GetFileName(f)}\n{string.Join('\n', ReadShared(f).TakeLast(60))}");
        return string.Join('\n', parts);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        Applications.Dispose();
        Signals.Dispose();
        if (server is { HasExited: false })
        {
            Posix.Send(server.Id, Posix.SigTerm);
            await server.WaitForExitAsync();
        }

        // Not below: tasks may have paths there that no library walks.
        foreach (var file in Directory.GetDirectories(Path.Combine(Data, "clusters")).Select(c => Path.Combine(c, "localmesos.json"))
            .Where(File.Exists))
            EndCluster(JsonDocument.Parse(await File.ReadAllTextAsync(file)).RootElement.GetProperty("pid").GetInt32());
        await new PrivatePostgres(Path.Combine(Data, "pg")).StopAsync(CancellationToken.None);
        if (Environment.GetEnvironmentVariable("PIPELINE_KEEP_TEST_DATA") is null)
            await ChildProcess.RunAsync("rm", ["-rf", Data], CancellationToken.None);
    }

    private async Task<bool> IsReadyAsync()
    {
        Assert.False(server!.HasExited, $"The server ended with {(server.HasExited ? server.ExitCode : 0)}:\n{ServerLog()}");
        using var answer = await Http.GetAsync("/health/ready");
        return answer.IsSuccessStatusCode && File.Exists(Path.Combine(Data, "admin-token"));
    }

    private static IEnumerable<string> ReadShared(string file)
    {
        using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
        return reader.ReadToEnd().Split('\n');
    }

    // The pid of a cluster that ended may be somebody else's by now.
    private void EndCluster(int pid)
    {
        if (!File.Exists($"/proc/{pid}/cmdline") || !File.ReadAllText($"/proc/{pid}/cmdline").Contains(Data, StringComparison.Ordinal))
            return;
        Posix.Send(pid, Posix.SigTerm);
        Posix.Send(pid, Posix.SigCont);
    }
}
