using System.Text;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.GitWebhooks.Git;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Git;

/// <summary>What is read from the mirror: files, trees, archives, and how commits follow each other.</summary>
public sealed class MirrorTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly CommitSha Unknown = CommitSha.Parse(new string('e', 40));
    private GitRepo repo = null!;
    private GitHost host = null!;
    private Repository repository = null!;
    private Mirror mirror = null!;

    public async ValueTask InitializeAsync()
    {
        repo = await GitRepo.CreateAsync();
        host = await GitHost.StartAsync();
        repository = await host.RegisterAsync(repo);
        mirror = host.Get<Mirror>();
    }

    public async ValueTask DisposeAsync()
    {
        await host.DisposeAsync();
        repo.Dispose();
    }

    [Fact]
    public async Task Before_anything_was_fetched_there_is_nothing_and_no_question_makes_a_mirror()
    {
        var (commits, sources) = (host.Get<CommitQueries>(), host.Get<SourceQueries>());

        Assert.False(mirror.Exists(repository.Id));
        Assert.False(mirror.Contains(repository.Id, Unknown));
        Assert.Empty(commits.Between(repository.Id, null, Unknown));
        Assert.False(commits.IsAncestor(repository.Id, Unknown, Unknown));
        Assert.Empty(await commits.ContributorsAsync(repository.Id, null, Unknown, None));
        var failed = await Assert.ThrowsAsync<InvalidOperationException>(
            () => sources.ArchiveAsync(repository.Id, Unknown, [], Path.Combine(host.Folder, "x.tar"), None));
        Assert.Equal($"The mirror does not hold commit {Unknown}: fetch it first.", failed.Message);
        Assert.False(Directory.Exists(mirror.PathOf(repository.Id)));
    }

    [Fact]
    public async Task Files_and_trees_are_those_of_the_commit_and_what_is_none_is_null()
    {
        var first = await repo.CommitAsync("A", "app/run.sh", "echo hi");
        var second = await repo.CommitAsync("B", "app/ü x", "bytes");
        await FetchAsync();
        var sources = host.Get<SourceQueries>();

        Assert.Equal("echo hi", Encoding.UTF8.GetString(sources.ReadFile(repository.Id, second, "app/run.sh").Bytes!));
        Assert.Equal("bytes", Encoding.UTF8.GetString(sources.ReadFile(repository.Id, second, "app/ü x").Bytes!));
        foreach (var path in new[] { "app/ü x", "app", "none", "app/none", "../readme", "/app/run.sh" })
            Assert.Null(sources.ReadFile(repository.Id, first, path).Bytes);
        Assert.True(sources.IsFolder(repository.Id, first, "app") && sources.IsFolder(repository.Id, first, "/app/"));
        foreach (var path in new[] { "app/run.sh", "none", "app/none", "App", "../app" })
            Assert.False(sources.IsFolder(repository.Id, first, path));
        Assert.Equal(
            $"The mirror does not hold commit {Unknown}: fetch it first.",
            Assert.Throws<InvalidOperationException>(() => sources.ReadFile(repository.Id, Unknown, "app")).Message);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(9, false)]
    public async Task A_file_larger_than_allowed_is_not_read(long limit, bool read)
    {
        var commit = await repo.CommitAsync("A", "file", "0123456789");
        await FetchAsync();
        Assert.Equal(read, host.Get<SourceFiles>().Read(repository.Id, commit, "file", limit).Bytes is not null);
    }

    [Fact]
    public async Task Commits_follow_each_other_as_git_has_it()
    {
        var (a, b) = (await repo.CommitAsync("A"), await repo.CommitAsync("B"));
        await repo.GitAsync("checkout", "-q", "-b", "side", a.ToString());
        var c = await repo.CommitAsync("C", "other");
        await repo.GitAsync("checkout", "-q", "main");
        await repo.GitAsync("merge", "-q", "--no-ff", "-m", "M", "side");
        var m = CommitSha.Parse((await repo.GitAsync("rev-parse", "HEAD")).Trim());
        await FetchAsync();
        var commits = host.Get<CommitQueries>();

        foreach (var (ancestor, descendant, follows) in new[]
        {
            (a, a, true), (a, m, true), (c, m, true), (m, a, false), (b, c, false), (a, Unknown, false), (Unknown, a, false),
        })
            Assert.Equal((ancestor, descendant, follows), (ancestor, descendant, commits.IsAncestor(repository.Id, ancestor, descendant)));
        Assert.Equal([m, c], commits.Between(repository.Id, b, m).Select(x => x.Sha));
        Assert.Equal(m, commits.Between(repository.Id, null, m)[0].Sha);
        Assert.Equal(4, commits.Between(repository.Id, Unknown, m).Count);
        Assert.Empty(commits.Between(repository.Id, m, a));
        Assert.Empty(commits.Between(repository.Id, m, m));
        Assert.Equal([b, c], host.Get<History>().Facts(repository.Id, m).Parents);
    }

    [Fact]
    public async Task Contributors_are_the_authors_between_and_the_pushers_that_are_known_each_once()
    {
        var a = await repo.CommitAsync("A");
        await repo.PushAsync("main");
        await host.PushAsync(Payloads.Push(a));
        await repo.GitAsync("commit", "-q", "--allow-empty", "--author", "Zoë <zoe@example.org>", "-m", "Z");
        var b = await repo.CommitAsync("B");
        await repo.PushAsync("main");
        await host.PushAsync(Payloads.Push(b, a));

        var people = await host.Get<CommitQueries>().ContributorsAsync(repository.Id, a, b, None);

        Assert.Equal(
            [("eleni@example.org", null), ("eleni@example.org", "eleni"), ("zoe@example.org", null)],
            people.Select(p => (p.Email, p.Pusher)).Order());
        Assert.Equal(
            ["eleni"], (await host.Get<CommitQueries>().ContributorsAsync(repository.Id, b, b, None)).Select(p => p.Pusher));
    }

    [Fact]
    public async Task At_most_two_hundred_and_fifty_commits_are_listed_and_the_authors_of_all_are_known()
    {
        var start = await repo.CommitAsync("Start");
        await repo.GitAsync("commit", "-q", "--allow-empty", "--author", "First <first@example.org>", "-m", "oldest");
        for (var i = 0; i < 251; i++)
            await repo.GitAsync("commit", "-q", "--allow-empty", "-m", $"{i}");
        await FetchAsync();
        var head = CommitSha.Parse((await repo.GitAsync("rev-parse", "HEAD")).Trim());

        Assert.Equal(250, host.Get<CommitQueries>().Between(repository.Id, null, head).Count);
        Assert.Equal("250", host.Get<CommitQueries>().Between(repository.Id, null, head)[0].Subject);
        foreach (var from in new CommitSha?[] { start, null, Unknown })
            Assert.Contains(
                new CommitContributor("First", "first@example.org", null),
                await host.Get<CommitQueries>().ContributorsAsync(repository.Id, from, head, None));
    }

    [Fact]
    public async Task An_archive_holds_the_named_paths_to_the_letter_whatever_the_pusher_s_attributes_say()
    {
        await repo.CommitAsync("A", "app/run.sh");
        await repo.CommitAsync("B", "app*/x");
        await repo.CommitAsync("C", ".gitattributes", "app/** export-ignore\n");
        var commit = await repo.CommitAsync("D", "-v/x");
        await FetchAsync();

        Assert.Equal([".gitattributes", "app*/", "app*/x"], await ArchivedAsync(commit, "app*"));
        Assert.Equal(["-v/", "-v/x", ".gitattributes"], await ArchivedAsync(commit, "-v"));
        Assert.Equal(["-v/", "-v/x", ".gitattributes", "app*/", "app*/x", "app/", "app/run.sh"], await ArchivedAsync(commit));
        await Assert.ThrowsAsync<InvalidOperationException>(() => ArchivedAsync(commit, "none"));
    }

    [Fact]
    public async Task A_mirror_that_a_crash_left_half_made_is_completed_and_keeps_what_it_has()
    {
        var commit = await repo.CommitAsync("A");
        await FetchAsync();
        var attributes = Path.Combine(mirror.PathOf(repository.Id), "info", "attributes");
        var written = await File.ReadAllTextAsync(attributes, None);
        File.Delete(attributes);

        Assert.True(mirror.Contains(repository.Id, commit));

        Assert.Equal(written, await File.ReadAllTextAsync(attributes, None));
        Assert.Equal("* -export-ignore -export-subst\n", written);
        Assert.False(File.Exists($"{attributes}.new"));
    }

    [Fact]
    public async Task Branches_of_one_repository_are_fetched_at_once_and_each_gives_its_own_head()
    {
        var heads = new List<CommitSha>();
        for (var i = 0; i < 6; i++)
        {
            heads.Add(await repo.CommitAsync($"{i}"));
            await repo.PushAsync($"HEAD:refs/heads/branch-{i}");
        }

        var fetched = await Task.WhenAll(Enumerable.Range(0, 7).Select(i => mirror.FetchBranchAsync(repository, $"branch-{i}", None)));

        Assert.Equal([.. heads.Select(h => (CommitSha?)h), null], fetched);
    }

    [Fact]
    public async Task Branches_that_differ_by_case_or_lie_in_each_other_do_not_meet()
    {
        var a = await repo.CommitAsync("A");
        await repo.PushAsync("HEAD:refs/heads/x");
        Assert.Equal(a, await mirror.FetchBranchAsync(repository, "x", None));
        var b = await repo.CommitAsync("B");
        await repo.PushAsync(":x", "HEAD:refs/heads/X");
        await repo.PushAsync("HEAD:refs/heads/x/y");

        Assert.Equal(b, await mirror.FetchBranchAsync(repository, "x/y", None));
        Assert.Equal(b, await mirror.FetchBranchAsync(repository, "X", None));
        Assert.Null(await mirror.FetchBranchAsync(repository, "x", None));
    }

    [Fact]
    public async Task A_fetch_that_is_cancelled_ends_and_the_next_one_works()
    {
        var commit = await repo.CommitAsync("A");
        await repo.PushAsync("main");
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => mirror.FetchBranchAsync(repository, "main", cancelled.Token));

        Assert.Equal(commit, await mirror.FetchBranchAsync(repository, "main", None));
    }

    private async Task FetchAsync()
    {
        await repo.PushAsync("main");
        Assert.NotNull(await mirror.FetchBranchAsync(repository, "main", None));
    }

    private async Task<IReadOnlyList<string>> ArchivedAsync(CommitSha commit, params string[] paths)
    {
        var tar = Path.Combine(host.Folder, "source.tar");
        await host.Get<SourceQueries>().ArchiveAsync(repository.Id, commit, paths, tar, None);
        var listed = await ChildProcess.RunAsync("tar", ["-tf", tar], None);
        return [.. listed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }
}
