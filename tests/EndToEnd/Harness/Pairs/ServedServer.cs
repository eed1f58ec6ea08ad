using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;

namespace Pipeline.EndToEnd.Harness.Pairs;

/// <summary>One <c>server serve</c> from <c>artifacts/</c>: a PostgreSQL and masters that others may share.</summary>
public sealed class ServedServer : IAsyncDisposable
{
    // Output to a file, and a process id that is the server's own.
    private const string Redirected = "exec \"$0\" \"$@\" </dev/null >>\"$SERVER_LOG\" 2>&1";

    private readonly Process process;
    private readonly string log;

    private ServedServer(Process process, string log, string url)
    {
        (this.process, this.log) = (process, log);
        Http = new HttpClient { BaseAddress = new Uri(url), Timeout = TimeSpan.FromSeconds(30) };
    }

    public int ProcessId => process.Id;

    public HttpClient Http { get; }

    /// <param name="settings">Beside the address, which is a free port.</param>
    public static Task<ServedServer> StartAsync(string log, IReadOnlyDictionary<string, string?> settings)
    {
        var url = $"http://127.0.0.1:{FreePort.Next()}";
        return StartAsync(
            url, log, [$"{RepositoryRoot.Path}/artifacts/server/Pipeline.Server", "serve"],
            new Dictionary<string, string?>(settings) 
            {
                ["Urls"] = url, ["PublicUrl"] = url, ["LoadBalancers__Urls"] = $"http://127.0.0.1:{FreePort.Next()}",
            });
    }

    /// <summary>Waits until it is ready.</summary>
    /// <param name="url">Where it will listen.</param>
    /// <param name="command">Starts the server with its own process id.</param>
    /// <param name="variables">Added to the environment of the tests.</param>
    public static async Task<ServedServer> StartAsync(
        string url, string log, IReadOnlyList<string> command, IReadOnlyDictionary<string, string?> variables)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", Redirected, .. command]) { WorkingDirectory = "/" };
        start.Environment["SERVER_LOG"] = log;
        foreach (var (name, value) in variables)
            start.Environment[name] = value;
        var server = new ServedServer(Process.Start(start)!, log, url);
        await Eventually.IsTrueAsync(server.IsReadyAsync, TimeSpan.FromSeconds(60), "the server answers /health/ready");
        return server;
    }

    public string Log()
    {
        using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd();
    }

    /// <summary>As the first start prints it, once the server listens.</summary>
    public async Task<string> AdministratorsTokenAsync() => (await Eventually.BecomesAsync(
        () => Task.FromResult(Log().Split('\n')[..^1].FirstOrDefault(l => l.StartsWith("Administrator's token", StringComparison.Ordinal))),
        line => line is not null, TimeSpan.FromSeconds(20), "the administrator's token is shown"))!.Split(' ')[^1].Trim();

    public void SignIn(string token) => Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

    public async Task KillAsync()
    {
        Posix.Send(process.Id, Posix.SigKill);
        await process.WaitForExitAsync();
    }

    /// <summary>SIGSTOP: connections stay open and nothing is said.</summary>
    public void Freeze() => Posix.Send(process.Id, Posix.SigStop);

    public void Thaw() => Posix.Send(process.Id, Posix.SigCont);

    public async Task<JsonElement> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"GET {path}: {(int)answer.StatusCode} {body}");
        return JsonDocument.Parse(body).RootElement;
    }

    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var answer = await Http.PostAsync(path, JsonBody.Of(body));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, $"POST {path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The sum of a counter over its labels; 0 when nothing was counted.</summary>
    public async Task<double> MetricAsync(string name) =>
        (await Http.GetStringAsync("/metrics")).Split('\n')
        .Where(l => l.StartsWith(name, StringComparison.Ordinal) && l.Length > name.Length && l[name.Length] is '{' or ' ')
        .Sum(l => double.Parse(l.Split(' ')[1], CultureInfo.InvariantCulture));

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (!process.HasExited)
        {
            Posix.Send(process.Id, Posix.SigTerm);
            Posix.Send(process.Id, Posix.SigCont);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private async Task<bool> IsReadyAsync()
    {
        Assert.False(process.HasExited, $"The server ended:\n{(process.HasExited ? Log() : "")}");
        using var answer = await Http.GetAsync("/health/ready");
        return answer.StatusCode == HttpStatusCode.OK;
    }
}
