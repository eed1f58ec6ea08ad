using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.TaskRunner.Tests;

/// <summary>The server's runner doors on a real socket, with faults on demand.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<int, MemoryStream> logs = new();
    private string? nonce;

    private FakeServer(WebApplication app) => this.app = app;

    /// <summary>What the next task gets; its ticket is a new one.</summary>
    public RunnerSpec? Spec
    {
        get;
        set
        {
            field = value;
            nonce = null;
        }
    }

    /// <summary>What the next task's run has of its own.</summary>
    public RunOverrides? Overrides { get; set; }

    public long TrustVersion { get; set; }
    public byte[] Source { get; set; } = [];
    public ConcurrentDictionary<string, byte[]> Artifacts { get; } = new();
    public ConcurrentQueue<(int Index, StepReport Report)> Steps { get; } = new();
    public ConcurrentQueue<IReadOnlyList<int>> Ports { get; } = new();

    /// <summary>The newest redemption said that ports will be told.</summary>
    public bool ReportsPorts { get; private set; }

    public ConcurrentQueue<SecurityReport> Security { get; } = new();
    public BuildResult? Result { get; private set; }
    public int Uploads { get; private set; }
    public int Requests;

    /// <summary>Before the door: true drops the connection (or answers 503) unprocessed.</summary>
    public Func<HttpContext, int, bool> DropBefore { get; set; } = (_, _) => false;

    /// <summary>After the door did its work: true drops the connection, so that the answer is lost.</summary>
    public Func<HttpContext, int, bool> DropAfter { get; set; } = (_, _) => false;

    /// <summary>The status of an answer that is final, by the rest of the path; null lets the call through.</summary>
    public Func<string[], int?> Refuse { get; set; } = _ => null;

    /// <summary>Why artifacts are not taken (413), before a byte of them is read; null: they are.</summary>
    public string? ArtifactsRefused { get; set; }

    public string Url { get; private set; } = "";

    public string Log(int index) => logs.TryGetValue(index, out var log) ? Encoding.UTF8.GetString(log.ToArray()) : "";

    public static async Task<FakeServer> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(k => k.Limits.MaxRequestBodySize = null).UseUrls($"http://127.0.0.1:{port}");
        var server = new FakeServer(builder.Build());
        server.app.Run(server.HandleAsync);
        await server.app.StartAsync();
        server.Url = server.app.Urls.First();
        return server;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task HandleAsync(HttpContext http)
    {
        var number = Interlocked.Increment(ref Requests);
        if (DropBefore(http, number))
        {
            if (number % 2 == 0)
                http.Response.StatusCode = 503;
            else
                http.Abort();
            return;
        }

        // The answer is held back until it is known whether it gets lost.
        var body = new MemoryStream();
        var real = http.Response.Body;
        http.Response.Body = body;
        var path = http.Request.Path.Value!.Split('/')[5..];
        if (Refuse(path) is { } status)
            http.Response.StatusCode = status;
        else
            await RouteAsync(http, path);
        if (DropAfter(http, number))
        {
            http.Abort();
            return;
        }

        http.Response.Body = real;
        body.Position = 0;
        await body.CopyToAsync(real);
    }

    private async Task RouteAsync(HttpContext http, string[] path)
    {
        if (path[0] != "spec" && http.Request.Headers.Authorization != "Bearer token-1")
        {
            http.Response.StatusCode = 401;
            return;
        }

        switch (http.Request.Method, path)
        {
            case ("POST", ["spec"]):
                await RedeemAsync(http);
                break;
            case ("GET", ["source"]):
                await http.Response.Body.WriteAsync(Source);
                break;
            case ("PUT", ["steps", var index]):
                Steps.Enqueue((int.Parse(index, CultureInfo.InvariantCulture), (await http.Request.ReadFromJsonAsync<StepReport>(Json))!));
                break;
            case ("POST", ["steps", var index, "log"]):
                await AppendAsync(http, int.Parse(index, CultureInfo.InvariantCulture));
                break;
            case ("PUT", ["result"]):
                Result = await http.Request.ReadFromJsonAsync<BuildResult>(Json);
                break;
            case ("PUT", ["ports"]) or ("POST", ["security"]):
                await RecordAsync(http.Request, path[0]);
                break;
            case ("PUT", ["artifacts", _]) when ArtifactsRefused is { } why:
                http.Response.StatusCode = 413;
                await http.Response.WriteAsJsonAsync(new { type = "artifacts-too-large", title = "Too large.", detail = why }, Json);
                break;
            case (_, ["artifacts", var digest]):
                await ArtifactAsync(http, digest);
                break;
            default:
                http.Response.StatusCode = 404;
                break;
        }
    }

    private async Task RecordAsync(HttpRequest request, string what)
    {
        if (what == "ports")
            Ports.Enqueue((await request.ReadFromJsonAsync<ListeningPorts>(Json))!.Ports);
        else
            Security.Enqueue((await request.ReadFromJsonAsync<SecurityReport>(Json))!);
    }

    private async Task RedeemAsync(HttpContext http)
    {
        var ticket = (await http.Request.ReadFromJsonAsync<RedeemTicket>(Json))!;
        (nonce, ReportsPorts) = (nonce ?? ticket.Nonce, ticket.ReportsPorts);
        http.Response.StatusCode = ticket.Ticket != "ticket-1" ? 401 : nonce != ticket.Nonce ? 409 : 200;
        if (http.Response.StatusCode == 200)
            await http.Response.WriteAsJsonAsync(new RedeemedTicket("token-1", Spec!, Overrides, TrustVersion), Json);
    }

    private async Task AppendAsync(HttpContext http, int index)
    {
        var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        var log = logs.GetOrAdd(index, _ => new MemoryStream());
        lock (log)
        {
            if (long.Parse(http.Request.Query["offset"]!, CultureInfo.InvariantCulture) == log.Length)
                log.Write(body.ToArray());
            else
                http.Response.StatusCode = 409;
        }

        await http.Response.WriteAsJsonAsync(new LogSize(log.Length), Json);
    }

    private async Task ArtifactAsync(HttpContext http, string digest)
    {
        if (http.Request.Method == "PUT")
        {
            var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body);
            Uploads++;
            Artifacts["sha256:" + Convert.ToHexStringLower(SHA256.HashData(body.ToArray()))] = body.ToArray();
        }
        else if (!Artifacts.TryGetValue(digest, out var bytes))
        {
            http.Response.StatusCode = 404;
        }
        else if (http.Request.Method == "GET")
        {
            await http.Response.Body.WriteAsync(bytes);
        }
    }
}
