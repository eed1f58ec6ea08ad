using Pipeline.BuildRunner.Contract.Views;
using Pipeline.BuildRunner.Jobs;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests.Sources;

/// <summary>What happens to repositories and their mirror, in one line each.</summary>
internal static class RepoCalls
{
    /// <summary>Starts a branch without history and files.</summary>
    public static async Task StartBranchAsync(this GitRepo repo)
    {
        await repo.GitAsync("checkout", "-q", "--orphan", $"b{Guid.CreateVersion7():N}");
        await repo.GitAsync("rm", "-rfq", "--ignore-unmatch", ".");
    }

    /// <summary>Commits bytes that are no text.</summary>
    public static async Task CommitBytesAsync(this GitRepo repo, string file, byte[] bytes)
    {
        var root = (await repo.GitAsync("rev-parse", "--show-toplevel")).Trim();
        await File.WriteAllBytesAsync(Path.Combine(root, file), bytes);
        await repo.GitAsync("add", "-A");
        await repo.GitAsync("commit", "-q", "-m", "Bytes");
    }

    /// <summary>Pushes what is checked out; the mirror holds it then.</summary>
    public static async Task<CommitSha> PushHeadAsync(this BuildHost host)
    {
        await host.Repo.PushAsync("HEAD");
        var sha = CommitSha.Parse((await host.Repo.GitAsync("rev-parse", "HEAD")).Trim());
        Assert.NotNull(await host.Get<CommitCommands>().EnsureAsync(
            Caller.System("test"), host.Repository.Id, sha, CancellationToken.None));
        return sha;
    }

    /// <summary>Pushes what is checked out and plans and starts its build.</summary>
    public static async Task<BuildDetail> BuildHeadAsync(this BuildHost host)
    {
        var id = await host.PlanAsync(await host.PushHeadAsync());
        await host.Get<AdvanceBuildJob>().ExecuteAsync(id, CancellationToken.None);
        return await host.DetailAsync(id);
    }

    /// <summary>The mirror's folder is gone, and all that nothing on the remote names.</summary>
    public static async Task ForgetMirrorAsync(this BuildHost host)
    {
        Directory.Delete(Path.Combine(host.Data, "mirrors", $"{host.Repository.Id.Value:N}.git"), recursive: true);
        var remote = new Uri(host.Repo.Url).LocalPath;
        await host.Repo.GitAsync($"--git-dir={remote}", "reflog", "expire", "--expire=now", "--all");
        await host.Repo.GitAsync($"--git-dir={remote}", "gc", "-q", "--prune=now");
    }
}
