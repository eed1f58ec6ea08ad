using System.Text.Json;
using Pipeline.Kernel.Postgres;

namespace Pipeline.EndToEnd.Harness.Repositories;

/// <summary>A bare repository with the product's hook, and a working copy to push from: a real git push, a real signed webhook.</summary>
public sealed class TestRepository
{
    private static long lastForgeId = 9_000_000_000_001_000;
    private readonly PipelineInstance pipeline;
    private readonly string work;

    private TestRepository(PipelineInstance pipeline, string name)
    {
        this.pipeline = pipeline;
        Name = name;
        Bare = Path.Combine(pipeline.Data, "repositories", $"{name}.git");
        work = Path.Combine(pipeline.Data, "work", name);
    }

    public string Name { get; }
    public string Bare { get; }

    public static async Task<TestRepository> CreateAsync(PipelineInstance pipeline, string name)
    {
        var repository = new TestRepository(pipeline, name);
        var forgeId = Interlocked.Increment(ref lastForgeId);
        await GitAsync(null, "init", "-q", "--bare", "-b", "main", repository.Bare);
        await GitAsync(null, "init", "-q", "-b", "main", repository.work);
        var secret = await File.ReadAllTextAsync(Path.Combine(pipeline.Data, "keys", "webhook.secret"));
        await LocalHook.InstallAsync(repository.Bare, forgeId, "tests", name, pipeline.Url, secret.Trim());
        // As a person would, so that every test here proves the command.
        (await Cli.RunAsync(
            pipeline, pipeline.AdminToken, "repository", "add", $"tests/{name}", "--forge-id", $"{forgeId}", "--clone-url",
            $"file://{repository.Bare}")).ThrowIfFailed("pipeline repository add");
        return repository;
    }

    /// <summary>One that is in the data directory and known already.</summary>
    public static async Task<TestRepository> OpenAsync(PipelineInstance pipeline, string name)
    {
        var repository = new TestRepository(pipeline, name);
        await GitAsync(null, "clone", "-q", repository.Bare, repository.work);
        return repository;
    }

    /// <summary>Writes the files, commits them and pushes; gives the commit.</summary>
    public async Task<string> PushAsync(
        string message, IReadOnlyDictionary<string, string> files, string author = "Eleni <eleni@example.test>", string pusher = "eleni")
    {
        var sha = await CommitAsync(message, files, author);
        await PushHeadAsync(pusher);
        return sha;
    }

    public async Task<string> CommitAsync(
        string message, IReadOnlyDictionary<string, string> files, string author = "Eleni <eleni@example.test>")
    {
        foreach (var (path, text) in files)
        {
            var file = Path.Combine(work, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text);
        }

        await GitAsync(work, "add", "-A");
        await GitAsync(
            work, "-c", "user.name=Tests", "-c", "user.email=tests@example.test", "commit", "-q", "--allow-empty", "-m", message,
            "--author", author);
        return (await GitAsync(work, "rev-parse", "HEAD")).Trim();
    }

    /// <param name="branch">On the remote.</param>
    public async Task PushHeadAsync(string pusher = "eleni", string branch = "main")
    {
        var pushed = await ChildProcess.RunAsync(
            "git", ["push", "-q", Bare, $"HEAD:refs/heads/{branch}"], CancellationToken.None, work,
            new Dictionary<string, string?> { ["PIPELINE_PUSHER"] = pusher });
        pushed.ThrowIfFailed("git push");
    }

    /// <summary>The commit as the API shows it.</summary>
    public Task<JsonElement?> CommitAsync(string sha) => pipeline.GetAsync($"/api/v1/commits/{sha}");

    /// <summary>Waits until the stage shows one of the states for the commit, and gives the commit back.</summary>
    public async Task<JsonElement> ReachesAsync(string sha, string stage, params string[] states)
    {
        try
        {
            var seen = await Eventually.BecomesAsync(
                () => CommitAsync(sha), c => states.Contains(StageState(c, stage)), TimeSpan.FromSeconds(90),
                $"{Name} {sha[..7]} is {string.Join(" or ", states)} in {stage}");
            return seen!.Value;
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{await TimelineAsync(sha)}\n{pipeline.ServerLog()}");
        }
    }

    /// <summary>Waits until the build of the commit is in one of the states.</summary>
    public async Task<JsonElement> BuildBecomesAsync(string sha, params string[] states)
    {
        try
        {
            var seen = await Eventually.BecomesAsync(
                () => CommitAsync(sha), c => states.Contains(BuildState(c)), TimeSpan.FromSeconds(90),
                $"the build of {Name} {sha[..7]} is {string.Join(" or ", states)}");
            return seen!.Value;
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{await TimelineAsync(sha)}\n{pipeline.ServerLog()}");
        }
    }

    public async Task<string> TimelineAsync(string sha)
    {
        var page = await pipeline.GetAsync($"/api/v1/commits/{sha}/timeline");
        return page is null ? "(no timeline)" : string.Join(
            '\n', page.Value.GetProperty("items").EnumerateArray().Reverse().Select(e => e.GetProperty("payload").ToString()));
    }

    /// <summary>How often events of a kind stand in the commit's timeline.</summary>
    public async Task<IReadOnlyList<JsonElement>> EventsAsync(string sha, string kind)
    {
        var page = await pipeline.GetAsync($"/api/v1/commits/{sha}/timeline");
        return [.. page!.Value.GetProperty("items").EnumerateArray().Where(e => e.GetProperty("kind").GetString() == kind).Reverse()];
    }

    public static string? StageState(JsonElement? commit, string stage) =>
        Stage(commit, stage) is { } found ? found.GetProperty("state").GetString() : null;

    public static JsonElement? Stage(JsonElement? commit, string stage) =>
        commit?.GetProperty("stages").EnumerateArray().Where(s => s.GetProperty("stage").GetString() == stage).Select(s => (JsonElement?)s)
            .FirstOrDefault();

    private static string? BuildState(JsonElement? commit) =>
        commit?.GetProperty("build") is { ValueKind: JsonValueKind.Object } build ? build.GetProperty("state").GetString() : null;

    private static async Task<string> GitAsync(string? directory, params string[] arguments) =>
        (await ChildProcess.RunAsync("git", arguments, CancellationToken.None, directory))
            .ThrowIfFailed($"git {string.Join(' ', arguments)}").Output;
}
