using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pipeline.EndToEnd.Harness.Repositories;

/// <summary>A GitHub push delivery made by hand: one id, one body, one signature, sent as often as wanted.</summary>
public sealed class SignedDelivery
{
    private readonly PipelineInstance pipeline;
    private readonly byte[] body;
    private readonly string signature;
    private readonly string kind;
    private readonly string id = Guid.NewGuid().ToString();

    private SignedDelivery(PipelineInstance pipeline, string kind, byte[] body, string secret)
    {
        this.kind = kind;
        this.pipeline = pipeline;
        this.body = body;
        signature = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), body));
    }

    /// <summary>Brings the head to the bare repository without its hook, and prepares the delivery that announces it.</summary>
    public static async Task<SignedDelivery> ForHeadAsync(PipelineInstance pipeline, TestRepository repository, string sha)
    {
        var hook = Path.Combine(repository.Bare, "hooks", "post-receive");
        File.Move(hook, $"{hook}.away");
        await repository.PushHeadAsync();
        File.Move($"{hook}.away", hook);
        var settings = await SettingsAsync(repository);
        var body = JsonSerializer.SerializeToUtf8Bytes(new
        {
            @ref = "refs/heads/main",
            before = new string('0', 40),
            after = sha,
            created = true,
            deleted = false,
            forced = false,
            pusher = new { name = "eleni" },
            sender = new { login = "eleni" },
            repository = new
            {
                id = settings.GetProperty("id").GetInt64(),
                name = repository.Name,
                full_name = $"tests/{repository.Name}",
                owner = new { name = "tests", login = "tests" },
                clone_url = settings.GetProperty("cloneUrl").GetString(),
                html_url = settings.GetProperty("url").GetString(),
                default_branch = "main",
            },
        });
        return new SignedDelivery(pipeline, "push", body, settings.GetProperty("secret").GetString()!);
    }

    /// <summary>What GitHub sends when a webhook is set up: stored like any delivery, and nothing is to be built.</summary>
    public static async Task<SignedDelivery> ForPingAsync(PipelineInstance pipeline, TestRepository repository)
    {
        var settings = await SettingsAsync(repository);
        var body = JsonSerializer.SerializeToUtf8Bytes(new { zen = "Short steps.", hook_id = 1, hook = new { type = "Repository" } });
        return new SignedDelivery(pipeline, "ping", body, settings.GetProperty("secret").GetString()!);
    }

    private static async Task<JsonElement> SettingsAsync(TestRepository repository) =>
        JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(repository.Bare, "pipeline-hook.json"))).RootElement;

    /// <param name="otherId">Another id than its own, as somebody gives it who overheard it.</param>
    public async Task<HttpStatusCode> SendAsync(string? otherId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/github") { Content = new ByteArrayContent(body) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        request.Headers.TryAddWithoutValidation("X-GitHub-Event", kind);
        request.Headers.TryAddWithoutValidation("X-GitHub-Delivery", otherId ?? id);
        request.Headers.TryAddWithoutValidation("X-Hub-Signature-256", signature);
        using var answer = await pipeline.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
