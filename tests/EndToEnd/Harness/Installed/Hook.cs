using Pipeline.EndToEnd.Harness.Repositories;
using Pipeline.Kernel.Postgres;

namespace Pipeline.EndToEnd.Harness.Installed;

/// <summary>A repository of the service user whose pushes send GitHub's webhook.</summary>
public sealed class Hook(Installation installation, string name, long forgeId)
{
    public const string Secret = "the secret of the webhook";

    private string Bare => Path.Combine(installation.Home, "repositories", $"{name}.git");

    private string Work => Path.Combine(installation.Home, "work", name);

    /// <summary>Makes the repository, adds it with the command line tool, and pushes the sample.</summary>
    /// <returns>The commit.</returns>
    public async Task<string> PushSampleAsync(string token)
    {
        foreach (var (path, text) in WebSample.Files(name, "v1"))
        {
            Directory.CreateDirectory(Work);
            await File.WriteAllTextAsync(Path.Combine(Work, path), text);
        }

        await ServiceUser.OwnAsync(Path.Combine(installation.Home, "work"));
        await ServiceUser.OwnAsync(Path.Combine(installation.Home, "repositories"));
        await GitAsync("init", "-q", "--bare", "-b", "main", Bare);
        await LocalHook.InstallAsync(Bare, forgeId, "team", name, installation.Url, Secret);
        await ServiceUser.OwnAsync(Bare);
        (await ChildProcess.RunAsync(
            Path.Combine(RepositoryRoot.Path, "artifacts/cli/pipeline"),
            ["repository", "add", $"team/{name}", "--forge-id", $"{forgeId}", "--clone-url", $"file://{Bare}"],
            TestContext.Current.CancellationToken, "/",
            new Dictionary<string, string?> { ["PIPELINE_URL"] = installation.Url, ["PIPELINE_TOKEN"] = token }))
            .ThrowIfFailed("pipeline repository add");
        await GitAsync("init", "-q", "-b", "main", Work);
        await GitAsync("-C", Work, "add", "-A");
        await GitAsync("-C", Work, "-c", "user.name=Eleni", "-c", "user.email=eleni@example.test", "commit", "-q", "-m", "First");
        await GitAsync("-C", Work, "push", "-q", Bare, "HEAD:refs/heads/main");
        return (await GitAsync("-C", Work, "rev-parse", "HEAD")).Trim();
    }

    private async Task<string> GitAsync(params string[] arguments) =>
        (await ServiceUser.RunAsync(["git", .. arguments], "/", new Dictionary<string, string?> { ["HOME"] = installation.Home }))
            .ThrowIfFailed($"git {string.Join(' ', arguments)}").Output;
}
