using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Jobs;

/// <summary>Commits that other tools wrote, or somebody who means harm: a push of them is processed like any other.</summary>
public sealed class StrangeCommitTests
{
    public static TheoryData<string, string, string> Authors => new()
    {
        { "Zoë <zoe@example.org> 1700000000 +0545", "Zoë", "2023-11-14T22:13:20" },
        { "Zone <z@example.org> 1700000000 +9999", "Zone", "2023-11-14T22:13:20" },
        { "Zone <z@example.org> 1700000000 -7530", "Zone", "2023-11-14T22:13:20" },
        { "Late <l@example.org> 99999999999999 +0000", "Late", "9999-12-31T23:59:59" },
        { "Last <l@example.org> 253402300799 +1400", "Last", "9999-12-31T23:59:59" },
        { "Far East <f@example.org> 99999999999999 +9999", "Far East", "9999-12-31T23:59:59" },
        { " <> 99999999999999 +0000", "", "9999-12-31T23:59:59" },
        { "Before <b@example.org> -1 +0000", "Before", "1969-12-31T23:59:59" },
        { "Long ago <l@example.org> -99999999999999 +0000", "Long ago", "0001-01-01T00:00:00" },
        { "Early <e@example.org> 0 -1400", "Early", "1970-01-01T00:00:00" },
        { "No date <n@example.org>", "No date", "1970-01-01T00:00:00" },
        { "Soon <s@example.org> soon +0000", "Soon", "1970-01-01T00:00:00" },
        { "Too late <t@example.org> 99999999999999999999999999 +0000", "Too late", "1970-01-01T00:00:00" },
        { "No address", "No address", "1970-01-01T00:00:00" },
        { "", "", "1970-01-01T00:00:00" },
    };

    [Theory]
    [MemberData(nameof(Authors))]
    public async Task A_commit_with_a_strange_date_is_stored_with_its_author_and_announced(string author, string name, string at)
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var repository = await host.RegisterAsync(repo);
        await repo.CommitAsync("Good");
        var strange = await WriteAsync(repo, author, author, "Strange");
        await repo.PushAsync("main");

        await host.PushAsync(Payloads.Push(strange));

        Assert.Equal("processed: head moved", await host.ScalarAsync<string>("SELECT state || ': ' || outcome FROM git.delivery"));
        var commit = await host.Get<CommitQueries>().GetAsync(repository.Id, strange, CancellationToken.None);
        Assert.Equal((name, "Strange"), (commit!.AuthorName, commit.Subject));
        Assert.Equal((at, at), (commit.AuthoredAt.UtcDateTime.ToString("s", null), commit.CommittedAt.UtcDateTime.ToString("s", null)));
        Assert.Equal(
            [(name, at), ("Eleni Papadopoulou", at)],
            host.Get<CommitQueries>().Between(repository.Id, null, strange)
                .Select(c => (c.AuthorName, c.Sha == strange ? c.AuthoredAt.UtcDateTime.ToString("s", null) : at)));
        var page = await host.Get<CommitQueries>().ListAsync(repository.Id, "main", null, 1, CancellationToken.None);
        var next = await host.Get<CommitQueries>().ListAsync(repository.Id, "main", Cursor.TryParse(page.Next), 1, CancellationToken.None);
        Assert.Equal(2, page.Items.Concat(next.Items).Select(c => c.Sha).Distinct().Count());
    }

    [Fact]
    public async Task A_commit_that_cannot_be_parsed_stops_no_branch_of_its_repository()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var repository = await host.RegisterAsync(repo);
        var good = await repo.CommitAsync("Good", "app/file");
        var strange = await WriteAsync(repo, "Nobody", "Nobody <n@example.org> soon +0000", "Strange");
        await repo.GitAsync("push", "-q", "origin", "main:main", $"{good}:refs/heads/other", $"{good}:refs/heads/gone");
        await host.PushAsync(Payloads.Push(strange));
        await repo.GitAsync("reset", "-q", "--hard", "main");
        var next = await repo.CommitAsync("Next");
        await repo.GitAsync("push", "-q", "origin", "main:main", ":gone");

        await host.PushAsync(Payloads.Push(next, strange));
        await host.PushAsync(Payloads.Push(good, @ref: "refs/heads/other"));
        await host.PushAsync(Payloads.Push(good, @ref: "refs/heads/gone"));
        await host.PushAsync(Payloads.Push(CommitSha.Parse(new string('1', 40)), @ref: "refs/heads/other"));

        Assert.Equal(
            ["head moved", "head moved", "head moved", "the branch was deleted since", "1111111 is no longer on the remote"],
            (await host.ScalarAsync<string>("SELECT string_agg(outcome, '|' ORDER BY received_at, id) FROM git.delivery"))!.Split('|'));
        var sources = host.Get<SourceQueries>();
        Assert.All([strange, next], sha => Assert.True(sources.IsFolder(repository.Id, sha, "app")));
        Assert.All([strange, next], sha => Assert.NotNull(sources.ReadFile(repository.Id, sha, "app/file").Bytes));
        Assert.Equal(sources.SnapshotId(repository.Id, good, []), sources.SnapshotId(repository.Id, strange, []));
        Assert.Equal([next, strange], host.Get<CommitQueries>().Between(repository.Id, good, next).Select(c => c.Sha));
    }

    /// <summary>Writes a commit as no git would, and points the branch to it.</summary>
    private static async Task<CommitSha> WriteAsync(GitRepo repo, string author, string committer, string message)
    {
        var (tree, parent) = ((await repo.GitAsync("rev-parse", "HEAD^{tree}")).Trim(), (await repo.GitAsync("rev-parse", "HEAD")).Trim());
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"tree {tree}\nparent {parent}\nauthor {author}\ncommitter {committer}\n\n{message}\n");
        var sha = (await repo.GitAsync("hash-object", "-t", "commit", "-w", "--literally", file)).Trim();
        File.Delete(file);
        await repo.GitAsync("update-ref", "refs/heads/main", sha);
        return CommitSha.Parse(sha);
    }
}
