using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Postgres;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Jobs;

public sealed class ProcessDeliveryTests
{
    [Fact]
    public async Task A_push_stores_its_commits_moves_the_branch_and_is_announced_once()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var repository = await host.RegisterAsync(repo);
        var first = await repo.CommitAsync("First");
        var second = await repo.CommitAsync("Second\n\nwith a body");
        await repo.PushAsync("main");

        var delivery = await host.PushAsync(Payloads.Push(second));
        await host.ProcessAsync(delivery);
        await host.PushAsync(Payloads.Push(second));

        var pushed = Assert.Single((await host.EventsAsync()).OfType<CommitPushed>());
        Assert.Equal(new CommitPushed(repository.Id, "main", second, null, false, "eleni", delivery.ToString()), pushed);
        var branch = Assert.Single(await host.Get<RepositoryQueries>().BranchesAsync(repository.Id, CancellationToken.None));
        Assert.Equal(second, branch.Head);
        var commits = (await host.Get<CommitQueries>().ListAsync(repository.Id, "main", null, 10, CancellationToken.None)).Items;
        Assert.Equal(new HashSet<CommitSha> { first, second }, commits.Select(c => c.Sha).ToHashSet());
        var head = commits.Single(c => c.Sha == second);
        Assert.Equal(
            ("Second", "Eleni Papadopoulou", "eleni@example.org", "eleni"),
            (head.Subject, head.AuthorName, head.AuthorEmail, head.Pusher));
        Assert.Equal([first], head.Parents);
    }

    [Fact]
    public async Task A_late_delivery_neither_moves_the_branch_back_nor_is_announced()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var repository = await host.RegisterAsync(repo);
        var (a, b, c) = (await repo.CommitAsync("A"), await repo.CommitAsync("B"), await repo.CommitAsync("C"));
        await repo.PushAsync("main");

        await host.PushAsync(Payloads.Push(c, b));
        await host.PushAsync(Payloads.Push(b, a));

        Assert.Equal([c], (await host.EventsAsync()).OfType<CommitPushed>().Select(e => e.Sha));
        Assert.Equal(c, (await host.Get<RepositoryQueries>().BranchesAsync(repository.Id, CancellationToken.None))[0].Head);
    }

    [Fact]
    public async Task A_push_whose_job_is_slower_than_the_next_one_is_still_announced()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var repository = await host.RegisterAsync(repo);
        var (a, b) = (await repo.CommitAsync("A"), await repo.CommitAsync("B"));
        await repo.PushAsync("main");
        var first = await host.ReceiveAsync(Payloads.Push(a));

        await host.PushAsync(Payloads.Push(b, a));
        await host.ProcessAsync(first);

        Assert.Equal(new HashSet<CommitSha> { a, b }, (await host.EventsAsync()).OfType<CommitPushed>().Select(e => e.Sha).ToHashSet());
        Assert.Equal(b, (await host.Get<RepositoryQueries>().BranchesAsync(repository.Id, CancellationToken.None))[0].Head);
    }

    [Fact]
    public async Task A_forced_push_moves_the_branch_to_another_history_and_back()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var repository = await host.RegisterAsync(repo);
        var a = await repo.CommitAsync("A");
        var b = await repo.CommitAsync("B");
        await repo.PushAsync("main");
        await host.PushAsync(Payloads.Push(b));
        await repo.GitAsync("reset", "-q", "--hard", a.ToString());
        var c = await repo.CommitAsync("C");
        await repo.PushAsync("--force", "main");
        await host.PushAsync(Payloads.Push(c, b, forced: true));
        await repo.GitAsync("reset", "-q", "--hard", b.ToString());
        await repo.PushAsync("--force", "main");
        await host.PushAsync(Payloads.Push(b, c, forced: true));

        var pushed = (await host.EventsAsync()).OfType<CommitPushed>().ToList();
        Assert.Equal([(b, false), (c, true)], pushed.Select(p => (p.Sha, p.Forced)));
        Assert.Equal(b, (await host.Get<RepositoryQueries>().BranchesAsync(repository.Id, CancellationToken.None))[0].Head);
        var words = $"main is at {b.Short} again, which was pushed to it before: it is not built again, and its release is not offered"
            + " again by itself. Retry its build, or promote its release by hand.";
        Assert.Equal(words, await host.ScalarAsync<string>("SELECT outcome FROM git.delivery ORDER BY received_at DESC, id DESC LIMIT 1"));
        Assert.Equal(
            ("branch.move", "main", words),
            (await host.EventsAsync()).OfType<ActionRecorded>().Where(e => e.Action == "branch.move")
                .Select(e => (e.Action, e.Target, e.Message)).Single());
        Assert.NotNull(host.Get<SourceQueries>().ReadFile(repository.Id, c, "readme").Bytes);
    }

    [Fact]
    public async Task Branches_come_with_slashes_go_and_come_again()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var repository = await host.RegisterAsync(repo);
        var a = await repo.CommitAsync("A");
        await repo.PushAsync("main", "main:feature");
        await host.PushAsync(Payloads.Push(a, branch: "feature"));
        await repo.PushAsync(":feature");
        await host.PushAsync(Payloads.Push(null, a, branch: "feature"));
        await repo.PushAsync("main:feature/ä#%");
        await host.PushAsync(Payloads.Push(a, branch: "feature/ä#%"));

        var events = await host.EventsAsync();
        Assert.Equal(["feature", "feature/ä#%"], events.OfType<CommitPushed>().Select(e => e.Branch));
        Assert.Equal("feature", Assert.Single(events.OfType<BranchDeleted>()).Branch);
        var branches = await host.Get<RepositoryQueries>().BranchesAsync(repository.Id, CancellationToken.None);
        Assert.Equal("feature/ä#%", Assert.Single(branches).Name);
    }

    [Fact]
    public async Task Tags_are_stored_and_build_nothing()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        await host.RegisterAsync(repo);
        var a = await repo.CommitAsync("A");
        await repo.PushAsync("main");
        await host.PushAsync(Payloads.Push(a, @ref: "refs/tags/v1"));
        Assert.Empty((await host.EventsAsync()).OfType<CommitPushed>());
        Assert.Equal("ignored", await host.ScalarAsync<string>("SELECT state FROM git.delivery"));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"ref":1}""")]
    [InlineData("""{"ref":"refs/heads/main","after":"xyz","repository":{"id":7,"full_name":"a/b"}}""")]
    [InlineData("""{"ref":"refs/heads/main","repository":{"id":"7"}}""")]
    [InlineData("""{"ref":"refs/heads/main","repository":null}""")]
    public async Task A_signed_push_that_says_nothing_useful_is_rejected_visibly(string body)
    {
        await using var host = await GitHost.StartAsync();
        await host.PushAsync(body);
        Assert.Equal("rejected", await host.ScalarAsync<string>("SELECT state FROM git.delivery"));
    }

    [Fact]
    public async Task A_commit_that_only_its_name_reaches_is_fetched_by_hand_and_bundled()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var repository = await host.RegisterAsync(repo);
        await repo.CommitAsync("A", "app/run.sh", "echo hi");
        await repo.CommitAsync("hidden", ".gitattributes", "app/run.sh export-ignore\n");
        var b = await repo.CommitAsync("B", "other/x");
        await repo.PushAsync("main:work");

        var commit = await host.Get<CommitCommands>().EnsureAsync(Caller.System("test"), repository.Id, b, CancellationToken.None);
        Assert.Equal("B", commit!.Subject);
        var unknown = CommitSha.Parse(new string('b', 40));
        Assert.Null(await host.Get<CommitCommands>().EnsureAsync(Caller.System("test"), repository.Id, unknown, CancellationToken.None));
        var tar = Path.GetTempFileName();
        await host.Get<SourceQueries>().ArchiveAsync(repository.Id, b, ["app"], tar, CancellationToken.None);
        var listed = await ChildProcess.RunAsync("tar", ["-tf", tar], CancellationToken.None);
        Assert.Contains("app/run.sh", listed.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("other", listed.Output, StringComparison.Ordinal);
        File.Delete(tar);
    }
}
