using LibGit2Sharp;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Jobs;
using Pipeline.BuildRunner.Tests.Runner;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Tests.Sources;

/// <summary>The mirror is a cache: what it lost is fetched again, and what nobody has any more ends the build.</summary>
public sealed class LostCommitTests
{
    private const string Modules = """
        modules:
          lib: { steps: [{ run: x }] }
          app: { depends_on: [lib], steps: [{ run: x }] }
        """;

    [Fact]
    public async Task A_build_whose_commit_nobody_has_any_more_fails_and_says_so_once()
    {
        await using var host = await BuildHost.StartAsync();
        var (id, sha) = await PlannedAsync(host);
        await host.Repo.GitAsync("commit", "-q", "--amend", "-m", "Rewritten");
        await host.Repo.PushAsync("--force", "main");
        await host.ForgetMirrorAsync();

        await host.Get<AdvanceBuildJob>().ExecuteAsync(id, CancellationToken.None);
        await host.Get<AdvanceBuildJob>().ExecuteAsync(id, CancellationToken.None);

        var build = await host.DetailAsync(id);
        var reason = $"Commit {sha} is not on the repository's remote any more. Push it again and retry the build.";
        Assert.Equal(
            (BuildState.Failed, FailureClass.Config, $"lib: {reason}"),
            (build.Build.State, build.Build.FailureClass, build.Build.Reason));
        Assert.Equal([ModuleState.Failed, ModuleState.Skipped], build.Modules.Select(m => m.State));
        Assert.Equal(reason, build.Modules[0].Reason);
        Assert.NotNull(build.Build.FinishedAt);
        Assert.Empty(await host.IntakeAsync());
        var events = await host.EventsAsync();
        Assert.Equal(Outcome.Failed, Assert.Single(events.OfType<BuildFinished>()).Outcome);
        Assert.Equal(["lib", "app"], events.OfType<ModuleBuildFinished>().Select(e => e.Module));
    }

    [Fact]
    public async Task What_only_the_mirror_lost_is_fetched_again()
    {
        await using var host = await BuildHost.StartAsync();
        var (id, sha) = await PlannedAsync(host);
        await host.ForgetMirrorAsync();

        await host.Get<AdvanceBuildJob>().ExecuteAsync(id, CancellationToken.None);

        Assert.Equal(ModuleState.Queued, (await host.DetailAsync(id)).Modules[0].State);
        Assert.NotEmpty(host.Get<SourceQueries>().SnapshotId(host.Repository.Id, sha, []));
    }

    [Fact]
    public async Task While_the_remote_cannot_be_reached_the_build_waits()
    {
        await using var host = await BuildHost.StartAsync();
        var (id, sha) = await PlannedAsync(host);
        await host.ForgetMirrorAsync();
        var remote = new Uri(host.Repo.Url).LocalPath;
        Directory.Move(remote, remote + ".away");

        await Assert.ThrowsAnyAsync<LibGit2SharpException>(() => host.Get<AdvanceBuildJob>().ExecuteAsync(id, CancellationToken.None));
        Assert.Equal(ModuleState.Waiting, (await host.DetailAsync(id)).Modules[0].State);

        Directory.Move(remote + ".away", remote);
        await host.Get<AdvanceBuildJob>().ExecuteAsync(id, CancellationToken.None);
        Assert.Equal(ModuleState.Queued, (await host.DetailAsync(id)).Modules[0].State);
    }

    [Fact]
    public async Task A_module_that_is_being_built_already_keeps_its_bundle_and_ends_as_its_task_does()
    {
        await using var host = await BuildHost.StartAsync();
        var build = await host.PushAsync(Modules);
        using (var task = await host.LaunchAsync(build.Modules[0], build.Build.Id))
        {
            await host.Repo.GitAsync("commit", "-q", "--amend", "-m", "Rewritten");
            await host.Repo.PushAsync("--force", "main");
            await host.ForgetMirrorAsync();
            await host.Get<AdvanceBuildJob>().ExecuteAsync(build.Build.Id, CancellationToken.None);
            Assert.True((await task.GetByteArrayAsync("source")).Length > 1024);
            await task.ResultAsync(TaskCalls.Good);
        }

        await host.EndTaskAsync(build.Modules[0], Outcome.Succeeded);
        build = await host.DetailAsync(build.Build.Id);
        Assert.Equal([ModuleState.Succeeded, ModuleState.Failed], build.Modules.Select(m => m.State));
        Assert.Equal(BuildState.Failed, build.Build.State);
    }

    private static async Task<(Guid Build, CommitSha Sha)> PlannedAsync(BuildHost host)
    {
        var sha = await host.Repo.CommitAsync("Define", ".pipeline.yaml", Modules);
        await host.Repo.PushAsync("main");
        return (await host.PlanAsync(sha), sha);
    }
}
