using Npgsql;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Contract;

/// <summary>A command that is refused leaves no row, no event, no job and no mirror; with its permission it leaves something.</summary>
public sealed class RefusedCommandTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private GitRepo repo = null!;
    private GitHost host = null!;
    private Repository repository = null!;
    private CommitSha commit;

    public async ValueTask InitializeAsync()
    {
        repo = await GitRepo.CreateAsync();
        host = await GitHost.StartAsync();
        repository = await host.RegisterAsync(repo);
        commit = await repo.CommitAsync("A");
        await repo.PushAsync("main");
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        repo.Dispose();
    }

    [Theory]
    [InlineData("add", Permission.Administer)]
    [InlineData("ensure", Permission.Build)]
    [InlineData("report", Permission.Build)]
    public async Task Without_its_permission_a_command_writes_nothing_and_with_it_something(string command, string permission)
    {
        var (rows, rest) = (await RowsAsync(), Rest());
        foreach (var caller in new[]
        {
            Caller.Anonymous, With([]), With([.. Permission.All.Where(p => p != permission)]), With([permission.ToUpperInvariant()]),
        })
        {
            var refused = await Assert.ThrowsAsync<PermissionDeniedException>(() => RunAsync(command, caller));
            Assert.Equal((permission, caller), (refused.Permission, refused.Caller));
        }

        Assert.Empty(Written.Changes(rows, await RowsAsync()));
        Assert.Equal(rest, Rest());
        await RunAsync(command, With([permission]));
        Assert.NotEmpty(Written.Changes(rows, await RowsAsync()));
    }

    [Theory]
    [InlineData("ensure")]
    [InlineData("report")]
    public async Task The_second_time_a_command_changes_nothing(string command)
    {
        await RunAsync(command, Caller.System("test"));
        var (rows, jobs) = (await RowsAsync(), host.Jobs.All.Count);
        await RunAsync(command, Caller.System("test"));
        Assert.Empty(Written.Changes(rows, await RowsAsync()));
        Assert.Equal(jobs, host.Jobs.All.Count);
    }

    [Fact]
    public async Task A_commit_or_repository_that_is_not_there_is_null_and_leaves_no_row()
    {
        var rows = await RowsAsync();
        var commits = host.Get<CommitCommands>();

        Assert.Null(await commits.EnsureAsync(Caller.System("test"), new RepositoryId(Guid.Empty), commit, None));
        Assert.Null(await commits.EnsureAsync(Caller.System("test"), repository.Id, CommitSha.Parse(new string('b', 40)), None));

        Assert.Empty(Written.Changes(rows, await RowsAsync()));
    }

    [Fact]
    public async Task A_commit_made_known_by_many_at_once_is_one_row_without_a_pusher_or_a_branch_until_it_is_pushed()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(
            () => host.Get<CommitCommands>().EnsureAsync(Caller.System("test"), repository.Id, commit, None))));
        Assert.Equal((commit, null), Assert.Single(made.Select(c => (c!.Sha, c.Pusher)).Distinct()));
        Assert.Equal(0, await host.ScalarAsync<long>("SELECT count(*) FROM git.commit_branch"));

        await host.PushAsync(Payloads.Push(commit));

        Assert.Equal("eleni main", await host.ScalarAsync<string>(
            "SELECT pusher || ' ' || branch FROM git.commit c JOIN git.commit_branch b ON b.sha = c.sha"));
    }

    [Fact]
    public async Task A_report_about_an_unknown_repository_fails_and_starts_no_job()
    {
        var rows = await RowsAsync();

        await Assert.ThrowsAsync<PostgresException>(() => host.Get<StatusCommands>().ReportAsync(
            Caller.System("test"), Status() with { Repository = new RepositoryId(Guid.Empty) }, None));

        Assert.Empty(Written.Changes(rows, await RowsAsync()));
        Assert.Empty(host.Jobs.All);
    }

    private static Caller With(params string[] permissions) => new(Actor.Person("eleni"), permissions.ToHashSet(), [], []);

    private NewCommitStatus Status() => new(repository.Id, commit, "pipeline/build", CommitState.Success, "done", "/builds/1");

    private Task RunAsync(string command, Caller caller) => command switch
    {
        "add" => host.Get<RepositoryCommands>().AddAsync(caller, new AddRepository(8, "acme", "other", "https://git.example/o.git"), None),
        "ensure" => host.Get<CommitCommands>().EnsureAsync(caller, repository.Id, commit, None),
        "report" => host.Get<StatusCommands>().ReportAsync(caller, Status(), None),
        _ => throw new ArgumentException(command),
    };

    private string Rest() => $"{host.Jobs.All.Count} jobs "
        + string.Join('\n', Directory.GetFileSystemEntries(host.Folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal));

    private Task<Written> RowsAsync() => Written.ReadAsync(host.Get<NpgsqlDataSource>());
}
