using System.Text.Json;

namespace Pipeline.EndToEnd.Harness.Repositories;

/// <summary>The product's hook in a bare repository: each push to it sends what GitHub would send.</summary>
public static class LocalHook
{
    /// <param name="bare">The repository's folder.</param>
    /// <param name="server">Base URL of the server that hears of pushes.</param>
    public static async Task InstallAsync(string bare, long id, string owner, string name, string server, string secret)
    {
        var hook = Path.Combine(bare, "hooks", "post-receive");
        File.Copy(Path.Combine(RepositoryRoot.Path, "src/Embedded/post-receive"), hook);
        File.SetUnixFileMode(hook, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await File.WriteAllTextAsync(Path.Combine(bare, "pipeline-hook.json"), JsonSerializer.Serialize(new
        {
            id, owner, name, cloneUrl = $"file://{bare}", url = $"{server}/repos/{owner}/{name}", hook = $"{server}/hooks/github", secret,
        }));
    }
}
