using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;

namespace Pipeline.Embedded.Tests;

/// <summary>A real bare repository whose hook talks to a real server.</summary>
public sealed class SampleRepositoryTests : IAsyncLifetime
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder folder = new();
    private readonly ConcurrentQueue<(string Event, string Signature, byte[] Body)> deliveries = [];
    private WebApplication receiver = default!;
    private SampleRepository sample = default!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        receiver = builder.Build();
        receiver.MapPost("/hooks/github", ReceiveAsync);
        await receiver.StartAsync(ct);
        folder.Write("pipelines/samples/hello/.pipeline.yaml", "modules: {}\n");
        folder.Write("pipelines/samples/hello/src/Program.cs", "// hello\n");
        sample = new SampleRepository(folder.Options(new Uri(receiver.Urls.First()).Port), folder.Layout());
    }

    public async ValueTask DisposeAsync()
    {
        await receiver.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task The_first_start_pushes_the_sample_and_its_hook_sends_what_GitHub_would()
    {
        await sample.PrepareAsync(ct);
        var (head, pushed) = await sample.PushOrResyncAsync(ct);

        Assert.True(pushed);
        Assert.Equal(".pipeline.yaml\nsrc/Program.cs\n", await GitAsync("ls-tree", "-r", "--name-only", "main"));
        var delivery = Assert.Single(deliveries);
        Assert.Equal("push", delivery.Event);
        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(sample.WebhookSecret()), delivery.Body);
        Assert.Equal($"sha256={Convert.ToHexStringLower(expected)}", delivery.Signature);
        var push = JsonDocument.Parse(delivery.Body).RootElement;
        Assert.Equal("refs/heads/main", push.GetProperty("ref").GetString());
        Assert.Equal(head, CommitSha.Parse(push.GetProperty("after").GetString()!));
        Assert.Equal(SampleRepository.ForgeId, push.GetProperty("repository").GetProperty("id").GetInt64());
        Assert.Equal(sample.CloneUrl, push.GetProperty("repository").GetProperty("clone_url").GetString());
    }

    [Fact]
    public async Task A_later_start_announces_the_heads_again_and_pushes_nothing()
    {
        await sample.PrepareAsync(ct);
        var (first, _) = await sample.PushOrResyncAsync(ct);
        deliveries.Clear();

        await sample.PrepareAsync(ct);
        var (again, pushed) = await sample.PushOrResyncAsync(ct);

        Assert.False(pushed);
        Assert.Equal(first, again);
        Assert.Equal("1\n", await GitAsync("rev-list", "--count", "main"));
        Assert.Equal(first.ToString(), JsonDocument.Parse(Assert.Single(deliveries).Body).RootElement.GetProperty("after").GetString());
    }

    [Fact]
    public async Task A_persons_push_with_a_hostile_message_arrives_whole_and_a_deleted_branch_too()
    {
        await sample.PrepareAsync(ct);
        await sample.PushOrResyncAsync(ct);
        var work = Path.Combine(folder.Path, "work");
        await ChildProcess.RunAsync("git", ["clone", "-q", sample.BarePath, work], ct);
        const string Message = "Say “γειά” to $(everybody); `id` \"quoted\" \\ back";
        foreach (string[] command in new string[][]
        {
            ["checkout", "-q", "-b", "feature/x"],
            ["-c", "user.name=Ελένη", "-c", "user.email=e@example.org", "commit", "-q", "--allow-empty", "-m", Message],
            ["push", "-q", "origin", "feature/x"],
        })
            (await ChildProcess.RunAsync("git", command, ct, work)).ThrowIfFailed(command[0]);

        var push = JsonDocument.Parse(deliveries.Last().Body).RootElement;
        Assert.Equal("refs/heads/feature/x", push.GetProperty("ref").GetString());
        Assert.True(push.GetProperty("created").GetBoolean());
        Assert.Equal(Message, push.GetProperty("head_commit").GetProperty("message").GetString());
        Assert.Equal("Ελένη", push.GetProperty("head_commit").GetProperty("author").GetProperty("name").GetString());

        (await ChildProcess.RunAsync("git", ["push", "-q", "origin", ":feature/x"], ct, work)).ThrowIfFailed("push");
        var deletion = JsonDocument.Parse(deliveries.Last().Body).RootElement;
        Assert.True(deletion.GetProperty("deleted").GetBoolean());
        Assert.Equal(JsonValueKind.Null, deletion.GetProperty("head_commit").ValueKind);
    }

    [Fact]
    public async Task Secrets_are_readable_by_their_owner_only_and_stay_the_same()
    {
        await sample.PrepareAsync(ct);

        const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(folder.Options().DataDirectory, "keys", "webhook.secret")));
        Assert.Equal(OwnerOnly, File.GetUnixFileMode(Path.Combine(sample.BarePath, "pipeline-hook.json")));
        Assert.Equal(sample.WebhookSecret(), sample.WebhookSecret());
        Assert.Equal(64, sample.WebhookSecret().Length);
    }

    private async Task<string> GitAsync(params string[] arguments) =>
        (await ChildProcess.RunAsync("git", ["--git-dir", sample.BarePath, .. arguments], ct)).ThrowIfFailed("git").Output;

    private async Task<IResult> ReceiveAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        deliveries.Enqueue(
            (request.Headers["X-GitHub-Event"].ToString(), request.Headers["X-Hub-Signature-256"].ToString(), body.ToArray()));
        return Results.Accepted();
    }
}
