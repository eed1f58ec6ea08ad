using System.Globalization;
using System.Text;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.Kernel;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Jobs;

/// <summary>Pushes of many commits: the payload lists few of them, the mirror has all.</summary>
public sealed class LongPushTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Three_hundred_commits_of_one_push_are_three_hundred_rows(bool known)
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var repository = await host.RegisterAsync(repo);
        var before = await repo.CommitAsync("Base");
        await repo.PushAsync("main");
        if (known)
            await host.PushAsync(Payloads.Push(before));
        var head = await ImportAsync(repo, 300);
        await repo.PushAsync("--force", "main");

        await host.PushAsync(Payloads.Push(head, known ? before : null));

        Assert.Equal(301, await host.ScalarAsync<long>("SELECT count(*) FROM git.commit"));
        Assert.Equal(301, await CountAsync(host, repository, "main"));
    }

    [Fact]
    public async Task A_branch_from_an_old_commit_brings_what_is_new_and_where_it_comes_from()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var repository = await host.RegisterAsync(repo);
        await repo.CommitAsync("Base");
        var main = await ImportAsync(repo, 100);
        await repo.PushAsync("--force", "main");
        await host.PushAsync(Payloads.Push(main));
        await repo.GitAsync("reset", "-q", "--hard", main.ToString());
        var side = await repo.CommitAsync("Side");
        await repo.PushAsync("HEAD:refs/heads/side");

        await host.PushAsync(Payloads.Push(side, branch: "side"));

        Assert.Equal(102, await host.ScalarAsync<long>("SELECT count(*) FROM git.commit"));
        Assert.Equal(50, await CountAsync(host, repository, "side"));
    }

    [Fact]
    public async Task Of_a_first_push_of_tens_of_thousands_the_newest_are_listed_and_the_outcome_says_so()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        await host.RegisterAsync(repo);
        await repo.CommitAsync("Base");
        var head = await ImportAsync(repo, 30_000);
        await repo.PushAsync("--force", "main");

        await host.PushAsync(Payloads.Push(head));

        Assert.Equal(
            "head moved; only the newest 10,000 of its commits are listed",
            await host.ScalarAsync<string>("SELECT outcome FROM git.delivery"));
        Assert.Equal(10_000, await host.ScalarAsync<long>("SELECT count(*) FROM git.commit"));
        Assert.Equal(head, Assert.Single((await host.EventsAsync()).OfType<CommitPushed>()).Sha);
    }

    private static async Task<int> CountAsync(GitHost host, Repository repository, string branch)
    {
        var count = 0;
        string? next = null;
        do
        {
            var page = await host.Get<CommitQueries>().ListAsync(
                repository.Id, branch, next is null ? null : Kernel.Paging.Cursor.TryParse(next), 200, None);
            (count, next) = (count + page.Items.Count, page.Next);
        }
        while (next is not null);

        return count;
    }

    /// <summary>Many commits on top of main, by one program.</summary>
    private static async Task<CommitSha> ImportAsync(GitRepo repo, int commits)
    {
        var stream = new StringBuilder();
        for (var i = 0; i < commits; i++)
        {
            stream.Append("commit refs/heads/main\n");
            stream.Append(CultureInfo.InvariantCulture, $"committer T <t@example.invalid> {1700000000 + i} +0000\ndata 1\nx\n");
            if (i == 0)
                stream.Append("from refs/heads/main^0\n");
        }

        await repo.ImportAsync(stream.ToString());
        return CommitSha.Parse((await repo.GitAsync("rev-parse", "refs/heads/main")).Trim());
    }
}
