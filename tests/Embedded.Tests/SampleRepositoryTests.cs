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

    [Theory]
    [InlineData("feature/überprüfung")]
    [InlineData("修复/登录")]
    [InlineData("fix/🦆")]
    [InlineData("fix/#123")]
    [InlineData("pct%2Fslash")]
    [InlineData("it's")]
    [InlineData("$(id)")]
    [InlineData("\"q\"")]
    [InlineData("a&b=c+d@e;f<g>")]
    [InlineData("café")]
    public async Task A_branch_is_announced_by_the_name_that_git_has_at_its_push_and_at_a_later_start(string branch)
    {
        await sample.PrepareAsync(ct);
        await sample.PushOrResyncAsync(ct);
        await GitAsync("branch", branch, "main");
        var push = $"{await GitAsync("rev-parse", "main")} refs/heads/{branch}\n".Replace("\n ", " ", StringComparison.Ordinal);

        await HookAsync($"{new string('0', 40)} {push}");
        Assert.Contains($"refs/heads/{branch}", deliveries.Select(RefOf));
        deliveries.Clear();
        await sample.PushOrResyncAsync(ct);
        Assert.Contains($"refs/heads/{branch}", deliveries.Select(RefOf));
    }

    [Fact]
    public async Task A_branch_whose_name_is_not_UTF8_is_refused_in_words_and_stops_no_other()
    {
        await sample.PrepareAsync(ct);
        await sample.PushOrResyncAsync(ct);
        deliveries.Clear();
        var branch = "\"$(printf 'refs/heads/caf\\351')\"";
        var made = await ChildProcess.RunAsync("sh", ["-c", $"git --git-dir={sample.BarePath} update-ref {branch} main"], ct);
        made.ThrowIfFailed("update-ref");

        var said = await ChildProcess.RunAsync(Path.Combine(sample.BarePath, "hooks/post-receive"), ["--resync"], ct, sample.BarePath);

        Assert.Equal(
            (0, "pipeline: refs/heads/caf\\xE9 is not built: its name is not UTF-8, and a webhook can only name it in UTF-8."
                + " Rename the branch.\n"),
            (said.ExitCode, said.Error));
        Assert.Equal(["refs/heads/main"], deliveries.Select(RefOf));
    }

    [Theory]
    [InlineData("master")]
    [InlineData("größe/trunk")]
    public async Task The_default_branch_is_the_one_that_the_repository_has(string branch)
    {
        await sample.PrepareAsync(ct);
        await GitAsync("symbolic-ref", "HEAD", $"refs/heads/{branch}");
        await sample.PushOrResyncAsync(ct);

        var push = JsonDocument.Parse(deliveries.Last().Body).RootElement;
        Assert.Equal(branch, push.GetProperty("repository").GetProperty("default_branch").GetString());
    }

    private static string? RefOf((string Event, string Signature, byte[] Body) delivery) =>
        JsonDocument.Parse(delivery.Body).RootElement.GetProperty("ref").GetString();

    private async Task HookAsync(string update)
    {
        var file = Path.Combine(folder.Path, "update");
        await File.WriteAllTextAsync(file, update, ct);
        (await ChildProcess.RunAsync("sh", ["-c", $"hooks/post-receive < {file}"], ct, sample.BarePath)).ThrowIfFailed("post-receive");
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
