using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Scheduler.Sandboxes;

namespace Pipeline.Scheduler.Tests.Sandboxes;

/// <summary>An agent at the end of the wire, with the sandbox of one task in memory; it can be broken in every way.</summary>
internal sealed class FakeAgent : IAsyncDisposable
{
    public const string Framework = "fw-1";
    private const string Root = "/frameworks/fw-1/executors/t1/runs/latest";

    private readonly WebApplication app;

    private FakeAgent()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        app = builder.Build();
        app.Use((context, next) =>
        {
            if (Broken is not { } status)
                return next(context);
            context.Response.StatusCode = status;
            return context.Response.WriteAsync("broken");
        });
        app.MapGet("/files/browse", (string path) => Browse(path));
        app.MapGet("/files/read", (string path, long offset, int length) => Read(path, offset, length));
        app.MapGet("/files/download", (string path) =>
            Files.TryGetValue(path, out var bytes) ? Results.Bytes(bytes) : IsDirectory(path) ? Results.BadRequest() : Results.NotFound());
        app.MapPost("/api/v1", () => Results.Text(Containers.ToJsonString(), "application/json"));
    }

    /// <summary>The bytes of files by their virtual path.</summary>
    public Dictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>The answer to GET_CONTAINERS.</summary>
    public JsonObject Containers { get; set; } = [];

    /// <summary>Every request is answered with this status.</summary>
    public int? Broken { get; set; }

    public string Url => app.Urls.Single();

    public AgentClients Clients { get; } = new(Options.Create(new SchedulerOptions()));

    public static async Task<FakeAgent> StartAsync()
    {
        var agent = new FakeAgent();
        await agent.app.StartAsync();
        return agent;
    }

    public FakeAgent With(string path, string text)
    {
        Files[$"{Root}/{path}"] = Encoding.UTF8.GetBytes(text);
        return this;
    }

    /// <summary>The task whose sandbox it has.</summary>
    public SandboxTask Task(bool over = false) =>
        new("t1", Framework, Url, "host1", false, new SandboxTaskEnd(over ? "finished" : "running", over, over ? "succeeded" : null, over
            ? 0 : null, null));

    /// <summary>What the container of the task used.</summary>
    public void Measures(DateTimeOffset at, double cpuSeconds) => Containers = new JsonObject
    {
        ["get_containers"] = new JsonObject
        {
            ["containers"] = new JsonArray(new JsonObject
            {
                ["framework_id"] = new JsonObject { ["value"] = Framework }, ["executor_id"] = new JsonObject { ["value"] = "t1" },
                ["resource_statistics"] = new JsonObject
                {
                    ["timestamp"] = at.ToUnixTimeMilliseconds() / 1000.0, ["cpus_user_time_secs"] = cpuSeconds,
                        ["cpus_system_time_secs"] = 0.0,
                    ["cpus_limit"] = 1.1, ["mem_rss_bytes"] = 1000, ["mem_limit_bytes"] = 2000,
                },
            }),
        },
    };

    public async ValueTask DisposeAsync()
    {
        Clients.Dispose();
        await app.DisposeAsync();
    }

    private bool IsDirectory(string path) => path == Root || Files.Keys.Any(k => k.StartsWith(path + "/", StringComparison.Ordinal));

    private IResult Browse(string path)
    {
        if (Files.Count == 0 || (!IsDirectory(path) && !Files.ContainsKey(path)))
            return Results.NotFound();
        var inside = Files.Keys.Where(k => k.StartsWith(path + "/", StringComparison.Ordinal))
            .Select(k => k[(path.Length + 1)..].Split('/')[0]).Distinct();
        return Results.Json(inside.Order(StringComparer.Ordinal).Select(name =>
        {
            var full = $"{path}/{name}";
            var isFile = Files.TryGetValue(full, out var bytes);
            return new { path = full, size = bytes?.Length ?? 4096, mode = isFile ? "-rw-r--r--" : "drwxr-xr-x", mtime = 1_700_000_000.0 };
        }));
    }

    private IResult Read(string path, long offset, int length)
    {
        if (!Files.TryGetValue(path, out var bytes))
            return IsDirectory(path) ? Results.BadRequest() : Results.NotFound();
        if (offset < 0)
            return Results.Json(new { data = "", offset = (long)bytes.Length });
        var from = (int)Math.Min(offset, bytes.Length);
        var piece = bytes.AsSpan(from, Math.Min(length, bytes.Length - from)).ToArray();
        // As an agent does: the bytes as they are, even half a character.
        return Results.Bytes([.. Encoding.UTF8.GetBytes("{\"data\":\""), .. Escaped(piece),
            .. Encoding.UTF8.GetBytes($"\",\"offset\":{offset}}}")], "application/json");
    }

    private static IEnumerable<byte> Escaped(byte[] bytes) =>
        bytes.SelectMany(b => b switch { (byte)'\n' => "\\n"u8.ToArray(), (byte)'"' => "\\\""u8.ToArray(),
            (byte)'\r' => "\\r"u8.ToArray(), _ => [b] });
}
