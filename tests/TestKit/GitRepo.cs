using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;

namespace Pipeline.TestKit;

/// <summary>A real repository made by the git CLI: a work tree and the bare remote it is pushed to.</summary>
public sealed class GitRepo : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("pipeline-git-").FullName;

    private GitRepo()
    {
    }

    public string Url => $"file://{Path.Combine(root, "remote.git")}";

    private string Work => Path.Combine(root, "work");

    public static async Task<GitRepo> CreateAsync()
    {
        var repo = new GitRepo();
        Directory.CreateDirectory(repo.Work);
        await repo.GitAsync("init", "-q", "-b", "main", ".");
        await repo.GitAsync("init", "-q", "--bare", "-b", "main", Path.Combine(repo.root, "remote.git"));
        await repo.GitAsync("remote", "add", "origin", Path.Combine(repo.root, "remote.git"));
        return repo;
    }

    public async Task<CommitSha> CommitAsync(string message, string file = "readme", string? content = null)
    {
        var path = Path.Combine(Work, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, content ?? message + Guid.CreateVersion7());
        await GitAsync("add", "-A");
        await GitAsync("commit", "-q", "--allow-empty", "-m", message);
        return CommitSha.Parse((await GitAsync("rev-parse", "HEAD")).Trim());
    }

    public Task PushAsync(params string[] arguments) => GitAsync(["push", "-q", "origin", .. arguments]);

    /// <summary>Changes refs of the remote without a push, as a forge with thousands of branches has them.</summary>
    /// <param name="commands">Lines of <c>git update-ref --stdin</c>.</param>
    public async Task UpdateRemoteRefsAsync(string commands)
    {
        var file = Path.Combine(root, "refs");
        await File.WriteAllTextAsync(file, commands + "\n");
        var git = $"git --git-dir={Path.Combine(root, "remote.git")} update-ref --stdin < {file}";
        (await ChildProcess.RunAsync("sh", ["-c", git], CancellationToken.None, Work)).ThrowIfFailed("git update-ref");
    }

    /// <summary>Many commits at once.</summary>
    /// <param name="stream">As <c>git fast-import</c> reads it.</param>
    public async Task ImportAsync(string stream)
    {
        var file = Path.Combine(root, "stream");
        await File.WriteAllTextAsync(file, stream);
        (await ChildProcess.RunAsync("sh", ["-c", $"git fast-import --quiet --force < {file}"], CancellationToken.None, Work))
            .ThrowIfFailed("git fast-import");
    }

    public async Task<string> GitAsync(params string[] arguments)
    {
        string[] identity = ["-c", "user.name=Eleni Papadopoulou", "-c", "user.email=eleni@example.org", "-c", "commit.gpgsign=false"];
        var result = await ChildProcess.RunAsync("git", [.. identity, .. arguments], CancellationToken.None, Work);
        return result.ThrowIfFailed($"git {arguments[0]}").Output;
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}
