using Dapper;
using Npgsql;
using Pipeline.BuildRunner.Jobs;
using Pipeline.BuildRunner.Tests.Runner;
using Pipeline.Kernel;
using Pipeline.TaskRunner.Contract;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests.Jobs;

/// <summary>A job may run twice, twice at once, and again after a crash in its middle: rows and events are those of one run.</summary>
public sealed class RepeatTests(BuildFixture fixture) : IClassFixture<BuildFixture>
{
    private const string Definition = """
        modules:
          a: { path: a, steps: [{ name: one, run: x }], artifacts: [{ name: app, path: out }] }
          b: { path: b, depends_on: [a], steps: [{ name: two, run: y }] }
        deployables:
          web: { artifact: app, run: ./server }
        """;

    private readonly BuildHost host = fixture.Host;

    /// <summary>Each job, with the event that its transaction appends last.</summary>
    public static TheoryData<string, string> Jobs => new()
    {
        { "plan", "build.planned" },
        { "plan, bad definition", "definition.rejected" },
        { "plan, skipped", "build.finished" },
        { "advance", "" },
        { "task ended", "module.finished" },
        { "task ended, last module", "build.finished" },
        { "task ended, failed", "build.finished" },
        { "task ended, of an older server", "module.finished" },
        { "release", "release.created" },
    };

    [Theory]
    [MemberData(nameof(Jobs))]
    public async Task A_second_run_writes_nothing(string name, string _)
    {
        var job = await PrepareAsync(name);
        Assert.NotEmpty(await Written.ByAsync(host.Database, job));
        var changes = await Written.ByAsync(host.Database, job);
        // When a running build is looked at next is no fact of it.
        Assert.All(changes, c => Assert.StartsWith("build.build: a row of ", c, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Jobs))]
    public async Task Many_runs_at_once_append_each_event_once(string name, string kind)
    {
        var job = await PrepareAsync(name);
        var (events, intake) = (await CountAsync(kind), (await host.IntakeAsync()).Count);
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => job()));

        Assert.Equal(kind.Length == 0 ? 0 : 1, await CountAsync(kind) - events);
        var submitted = (await host.IntakeAsync()).Skip(intake).Select(i => i.GetProperty("run").GetProperty("runId").GetString()).ToList();
        Assert.Equal(submitted.Distinct(), submitted);
    }

    [Theory]
    [MemberData(nameof(Jobs))]
    public async Task A_crash_before_the_commit_leaves_nothing_and_the_next_run_does_all(string name, string kind)
    {
        if (kind.Length == 0)
            kind = "scheduler.intake";
        var job = await PrepareAsync(name);
        await CrashAtAsync(kind);
        await Assert.ThrowsAsync<PostgresException>(job);
        // Bundles and counters of earlier turns may stay; what this transaction wrote may not.
        var left = await Written.ByAsync(host.Database, async () => await Assert.ThrowsAsync<PostgresException>(job));
        Assert.DoesNotContain(
            left, c => c.Contains("journal", StringComparison.Ordinal) || c.StartsWith("build.module", StringComparison.Ordinal));
        await CrashAtAsync(null);
        var before = await CountAsync(kind);
        await job();
        await job();
        if (kind != "scheduler.intake")
            Assert.Equal(1, await CountAsync(kind) - before);
    }

    /// <summary>Everything up to the job; gives the job.</summary>
    private async Task<Func<Task>> PrepareAsync(string name)
    {
        var bad = name == "plan, bad definition";
        await host.Repo.CommitAsync("a", "a/file");
        await host.Repo.CommitAsync("b", "b/file");
        var sha = await host.Repo.CommitAsync(
            name == "plan, skipped" ? "c [skip ci]" : "c", ".pipeline.yaml", bad ? "stepz: 1" : $"{Definition}\n# {Guid.CreateVersion7()}");
        await host.Repo.PushAsync("main");
        if (name.StartsWith("plan", StringComparison.Ordinal))
            return () => host.Get<PlanBuildJob>().ExecuteAsync(host.Repository.Id.Value, sha.ToString(), "main", CancellationToken.None);
        var id = await host.PlanAsync(sha);
        if (name == "advance")
            return () => host.Get<AdvanceBuildJob>().ExecuteAsync(id, CancellationToken.None);
        await host.Get<AdvanceBuildJob>().ExecuteAsync(id, CancellationToken.None);
        return await AfterStartAsync(name, id);
    }

    private async Task<Func<Task>> AfterStartAsync(string name, Guid id)
    {
        var modules = (await host.DetailAsync(id)).Modules;
        if (name == "task ended, failed")
            return () => host.EndTaskAsync(modules[0], Outcome.Failed, FailureClass.Infra, "agent lost");
        var digest = await host.StoreAsync("app of " + id);
        using (var task = await host.LaunchAsync(modules[0], id))
            await task.ResultAsync(TaskCalls.Good with { Artifacts = [new BuiltArtifact("app", digest.ToString(), 1, "text/plain")] });
        if (name == "task ended")
            return () => host.EndTaskAsync(modules[0], Outcome.Succeeded);
        if (name == "task ended, of an older server")
        {
            await host.EndTaskRowAsync(modules[0], Outcome.Succeeded);
            return () => host.Get<BuildTaskEndedJob>().ExecuteAsync(modules[0].RunId, CancellationToken.None);
        }

        await host.EndTaskAsync(modules[0], Outcome.Succeeded);
        using (var task = await host.LaunchAsync(modules[1], id))
            await task.ResultAsync(TaskCalls.Good);
        if (name == "task ended, last module")
            return () => host.EndTaskAsync(modules[1], Outcome.Succeeded);
        await host.EndTaskAsync(modules[1], Outcome.Succeeded);
        return () => host.Get<CreateReleaseJob>().ExecuteAsync(id, CancellationToken.None);
    }

    /// <summary>The database fails when the event is appended, or a run is submitted: the process might as well have died there.</summary>
    private async Task CrashAtAsync(string? kind)
    {
        await using var connection = await host.Database.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            DROP TRIGGER IF EXISTS crash ON journal.event;
            DROP TRIGGER IF EXISTS crash ON scheduler.intake;
            CREATE OR REPLACE FUNCTION public.crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'crash'; END $$;
            """);
        if (kind == "scheduler.intake")
            await connection.ExecuteAsync(
                "CREATE TRIGGER crash BEFORE INSERT ON scheduler.intake FOR EACH ROW EXECUTE FUNCTION public.crash()");
        else if (kind is not null)
        {
            await connection.ExecuteAsync(
                "CREATE TRIGGER crash BEFORE INSERT ON journal.event"
                + $" FOR EACH ROW WHEN (new.kind = '{kind}') EXECUTE FUNCTION public.crash()");
        }
    }

    private async Task<int> CountAsync(string kind)
    {
        await using var connection = await host.Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>("SELECT count(*) FROM journal.event WHERE kind = @kind", new { kind });
    }
}
