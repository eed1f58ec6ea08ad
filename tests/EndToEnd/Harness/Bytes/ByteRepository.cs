using System.Text.Json;
using Pipeline.EndToEnd.Harness.Repositories;
using Pipeline.Kernel.Postgres;

namespace Pipeline.EndToEnd.Harness.Bytes;

/// <summary>
/// A registered bare repository with the product's hook, and objects beside it that are written byte by byte: what git, other programs and
/// people of forty countries have made of commits, trees and names.
/// </summary>
public sealed class ByteRepository
{
    /// <summary>What git writes when nobody says otherwise.</summary>
    public const string Person = "Tests <tests@example.test> 1700000000 +0000";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static long lastForgeId = 9_000_000_000_500_000;
    private readonly PipelineInstance pipeline;
    private readonly string work;
    private readonly ObjectStore store;

    private ByteRepository(PipelineInstance pipeline, string name, long forgeId)
    {
        this.pipeline = pipeline;
        Name = name;
        ForgeId = forgeId;
        Bare = Path.Combine(pipeline.Data, "repositories", $"{name}.git");
        work = Path.Combine(pipeline.Data, "work", $"{name}.git");
        store = new ObjectStore(work);
    }

    public string Name { get; }

    public long ForgeId { get; }

    public string Bare { get; }

    /// <summary>Of the product.</summary>
    public string Id { get; private set; } = "";

    public static async Task<ByteRepository> CreateAsync(PipelineInstance pipeline, string name, string defaultBranch = "main")
    {
        var repository = new ByteRepository(pipeline, name, Interlocked.Increment(ref lastForgeId));
        await repository.GitAsync("init", "-q", "--bare", "-b", defaultBranch, repository.Bare);
        await repository.GitAsync("init", "-q", "--bare", repository.work);
        var secret = await File.ReadAllTextAsync(Path.Combine(pipeline.Data, "keys", "webhook.secret"));
        await LocalHook.InstallAsync(repository.Bare, repository.ForgeId, "tests", name, pipeline.Url, secret.Trim());
        var (status, body) = await pipeline.PostAsync(
            "/api/v1/repositories",
            new { repository.ForgeId, owner = "tests", name, cloneUrl = $"file://{repository.Bare}", defaultBranch });
        Assert.True((int)status is 200 or 201, body.ToString());
        repository.Id = body.GetProperty("id").GetString()!;
        return repository;
    }

    /// <summary>A commit with the usual header.</summary>
    public string Commit(Tree files, string message = "Change\n", params string[] parents) =>
        CommitOf(files, Person, Person, message, "", parents);

    /// <param name="files">Its files.</param>
    /// <param name="author">The rest of the line.</param>
    /// <param name="committer">The rest of the line.</param>
    /// <param name="message">To its last line end.</param>
    /// <param name="headers">More lines, each with its end.</param>
    /// <param name="parents">Their ids.</param>
    public string CommitOf(Tree files, string author, string committer, string message, string headers = "", params string[] parents) =>
        store.Write(
            "commit",
            Raw.Bytes(
                $"tree {files.Write(store)}\n{string.Concat(parents.Select(p => $"parent {p}\n"))}author {author}\n"
                + $"committer {committer}\n{headers}\n{message}"));

    /// <summary>An object as it is.</summary>
    public string Write(string kind, string content) => store.Write(kind, Raw.Bytes(content));

    /// <summary>A blob of any size, kept as it is: what random bytes cost to compress is git's business, on both sides.</summary>
    public async Task<string> WriteLargeAsync(byte[] content)
    {
        foreach (var repository in (string[])[work, Bare])
        {
            foreach (var (name, value) in ((string, string)[])[("core.compression", "0"), ("receive.unpackLimit", "1")])
                await GitAsync($"--git-dir={repository}", "config", name, value);
        }

        var file = Path.Combine(work, "content");
        await File.WriteAllBytesAsync(file, content);
        var blob = (await GitAsync("hash-object", "-w", "--no-filters", file)).Trim();
        File.Delete(file);
        return blob;
    }

    /// <summary>One push of all: <c>main</c> and the like, or a whole ref; the empty id deletes.</summary>
    /// <returns>What the hook and git said.</returns>
    public Task<string> PushAsync(params (string Ref, string Sha)[] refs) => PushAsync("", refs);

    /// <summary>A push that no hook announces.</summary>
    public Task<string> PushSilentlyAsync(params (string Ref, string Sha)[] refs) =>
        PushAsync("--receive-pack='git -c core.hooksPath=/dev/null receive-pack'", refs);

    /// <summary>Waits until every delivery has ended and gives them by their refs, the newest of each.</summary>
    /// <param name="count">How many there are at least.</param>
    public async Task<IReadOnlyDictionary<string, JsonElement>> DeliveriesAsync(int count)
    {
        var all = await UntilAsync(
            $"/api/v1/deliveries?repository={Id}&limit=200",
            items => items.Count >= count && items.All(d => State(d) != "received"), $"{count} deliveries of {Name} ended");
        return all.Reverse().GroupBy(d => d.GetProperty("ref").GetString()!).ToDictionary(g => g.Key, g => g.Last());
    }

    /// <summary>Waits until the newest build of each commit is over, and gives them in the order of the commits.</summary>
    public async Task<IReadOnlyList<JsonElement>> BuildsAsync(params IEnumerable<string> shas)
    {
        var builds = new List<JsonElement>();
        foreach (var sha in shas)
        {
            // Asked for one by one: the long list would cost more than the builds.
            var newest = await UntilAsync(
                $"/api/v1/repositories/{Id}/builds?limit=1&sha={sha}", items => items is [var b] && State(b) is not ("queued" or "running"),
                $"the build of {Name} {sha[..7]} is over");
            builds.Add(newest[0]);
        }

        return builds;
    }

    /// <summary>The build of a commit with its modules and problems, when it is over.</summary>
    public async Task<JsonElement> BuildAsync(string sha)
    {
        var build = (await BuildsAsync(sha))[0];
        return (await pipeline.GetAsync($"/api/v1/builds/{build.GetProperty("id").GetString()}"))!.Value;
    }

    /// <summary>What a step wrote, byte for byte.</summary>
    public async Task<byte[]> LogAsync(JsonElement build, string module = "build", int step = 0)
    {
        var id = (build.TryGetProperty("build", out var inner) ? inner : build).GetProperty("id").GetString();
        return await pipeline.Http.GetByteArrayAsync($"/api/v1/builds/{id}/modules/{module}/steps/{step}/log");
    }

    /// <summary>Every page of a list.</summary>
    public async Task<IReadOnlyList<JsonElement>> ListAsync(string path)
    {
        var items = new List<JsonElement>();
        string? cursor = null;
        do
        {
            var page = (await pipeline.GetAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}limit=200"
                + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}")))!.Value;
            items.AddRange(page.GetProperty("items").EnumerateArray());
            cursor = page.GetProperty("next").GetString();
        }
        while (cursor is not null);
        return items;
    }

    public async Task<string> GitAsync(params string[] arguments) =>
        (await ChildProcess.RunAsync("git", arguments, CancellationToken.None, Directory.Exists(work) ? work : null))
            .ThrowIfFailed($"git {string.Join(' ', arguments)}").Output;

    private static string? State(JsonElement item) => item.GetProperty("state").GetString();

    // Arguments of a process are UTF-8 in .NET: bytes of names reach git by the octal escapes of a shell's printf.
    private async Task<string> PushAsync(string options, (string Ref, string Sha)[] refs)
    {
        var specs = refs.Select(r => r.Ref.StartsWith("refs/",
            StringComparison.Ordinal) ? $"{r.Sha}:{r.Ref}" : $"{r.Sha}:refs/heads/{r.Ref}");
        var file = Path.Combine(work, "push.sh");
        var arguments = string.Join(' ', specs.Select(s => $"\"$(printf '{Octal(s)}')\""));
        await File.WriteAllTextAsync(file, $"exec git push -q -f {options} '{Bare}' {arguments}\n");
        var pushed = await ChildProcess.RunAsync(
            "sh", [file], CancellationToken.None, work, new Dictionary<string, string?> { ["PIPELINE_PUSHER"] = "eleni" });
        return pushed.ThrowIfFailed("git push").Error;
    }

    private static string Octal(string text) =>
        string.Concat(Raw.Bytes(text).Select(b => $"\\{Convert.ToString(b, 8).PadLeft(3, '0')}"));

    private async Task<IReadOnlyList<JsonElement>> UntilAsync(string path, Func<IReadOnlyList<JsonElement>, bool> isTrue, string what)
    {
        try
        {
            return await Eventually.BecomesAsync(
                async () => (IReadOnlyList<JsonElement>)[.. (await pipeline.GetAsync(path))!.Value.GetProperty("items").EnumerateArray()],
                isTrue, Patience, what);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{(await pipeline.GetAsync(path))!.Value}\n{pipeline.ServerLog()}");
        }
    }
}
