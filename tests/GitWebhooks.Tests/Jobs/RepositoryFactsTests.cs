using Microsoft.Extensions.DependencyInjection;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Queries;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Data;
using Pipeline.GitWebhooks.Forge;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests.Jobs;

/// <summary>What is believed of a repository: a person's word or the forge's, never a delivery's. A body that was signed once may come
/// again, under a new id, years later.</summary>
public sealed class RepositoryFactsTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_delivery_changes_nothing_of_a_registered_repository()
    {
        using var repo = await GitRepo.CreateAsync();
        await using var host = await GitHost.StartAsync();
        var repository = await host.RegisterAsync(repo);
        var (a, b) = (await repo.CommitAsync("A"), await repo.CommitAsync("B"));
        await repo.PushAsync("main");
        await host.PushAsync(Payloads.Push(a));

        await host.PushAsync(Payloads.Push(b, a, name: "store", cloneUrl: "https://evil.example/x.git").Replace(
            "\"default_branch\":\"main\"", "\"default_branch\":\"evil\"", StringComparison.Ordinal));

        Assert.Equal(repository, await host.Get<RepositoryQueries>().GetAsync(repository.Id, None));
        Assert.Equal(2, (await host.Get<CommitQueries>().ListAsync(repository.Id, null, null, 10, None)).Items.Count);
    }

    [Fact]
    public async Task An_unknown_repository_is_what_the_forge_says_and_not_what_the_delivery_says()
    {
        await using var github = await FakeGitHub.StartAsync(200);
        github.Repositories[7] = ("acme", "shop", "https://github.com/acme/shop.git", "trunk");
        await using var host = await HostAsync(github);

        var found = await ResolveAsync(host, Said("evil", "impostor", "file:///etc", "evil"));

        Assert.Equal(
            ("acme/shop", "https://github.com/acme/shop.git", "trunk", false),
            (found.FullName, found.CloneUrl, found.DefaultBranch, found.Pinned));
    }

    [Fact]
    public async Task A_replayed_body_of_before_a_rename_changes_nothing_and_a_rename_follows_the_forge()
    {
        await using var github = await FakeGitHub.StartAsync(200);
        github.Repositories[7] = ("acme", "shop", "https://github.com/acme/shop.git", "master");
        await using var host = await HostAsync(github);
        var old = await ResolveAsync(host, Said("acme", "shop", "https://github.com/acme/shop.git", "master"));
        github.Repositories[7] = ("acme", "store", "https://github.com/acme/store.git", "main");

        var renamed = await ResolveAsync(host, Said("acme", "store", "https://github.com/acme/store.git", "main"));
        var replayed = await ResolveAsync(host, Said("acme", "shop", "https://github.com/acme/shop.git", "master"));

        Assert.Equal((old.Id, "acme/store", "main"), (renamed.Id, renamed.FullName, renamed.DefaultBranch));
        Assert.Equal(renamed, replayed);
    }

    [Fact]
    public async Task While_nothing_changed_the_forge_is_not_asked()
    {
        await using var github = await FakeGitHub.StartAsync(200);
        github.Repositories[7] = ("acme", "shop", "https://github.com/acme/shop.git", "main");
        await using var host = await HostAsync(github);

        for (var i = 0; i < 3; i++)
            await ResolveAsync(host, Said("acme", "shop", "https://github.com/acme/shop.git", "main"));

        Assert.Equal(1, github.Lookups);
    }

    [Fact]
    public async Task While_the_forge_cannot_be_asked_what_was_known_stays_in_force_and_nothing_new_is_believed()
    {
        await using var github = await FakeGitHub.StartAsync(200);
        github.Repositories[7] = ("acme", "shop", "https://github.com/acme/shop.git", "main");
        await using var host = await HostAsync(github);
        var known = await ResolveAsync(host, Said("acme", "shop", "https://github.com/acme/shop.git", "main"));
        await github.DisposeAsync();

        Assert.Equal(known, await ResolveAsync(host, Said("acme", "other", "https://github.com/acme/other.git", "main")));
        var failure = await Assert.ThrowsAsync<ForgeUnavailableException>(
            () => ResolveAsync(host, Said("acme", "new", "https://github.com/acme/new.git", "main", id: 8)));
        Assert.StartsWith("GitHub did not say what repository 8 is", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("file:///etc")]
    [InlineData("https://evil.example.org/acme/shop.git")]
    [InlineData("https://github.com@evil.example.org/x")]
    [InlineData("http://169.254.169.254/latest")]
    public async Task A_clone_URL_off_the_forge_is_refused_whoever_says_it(string cloneUrl)
    {
        await using var github = await FakeGitHub.StartAsync(200);
        await using var host = await HostAsync(github);

        var unknown = await Assert.ThrowsAsync<PayloadException>(() => ResolveAsync(host, Said("acme", "shop", cloneUrl, "main")));
        github.Repositories[7] = ("acme", "shop", cloneUrl, "main");
        var known = await Assert.ThrowsAsync<PayloadException>(() => ResolveAsync(host, Said("acme", "shop", cloneUrl, "main")));

        Assert.Contains("GitHub knows no repository with the number 7", unknown.Message, StringComparison.Ordinal);
        Assert.Contains($"'{cloneUrl}' does not lie on https://github.com", known.Message, StringComparison.Ordinal);
        Assert.Equal(0, await host.ScalarAsync<long>("SELECT count(*) FROM git.repository"));
    }

    private static Task<GitHost> HostAsync(FakeGitHub github) => GitHost.StartAsync(new() { ["GitWebhooks:GitHub:ApiUrl"] = github.Url });

    private static Task<Repository> ResolveAsync(GitHost host, PushedRepository said) =>
        host.Services.GetRequiredService<PushedRepositories>().ResolveAsync(said, "webhook:eleni", None);

    private static PushedRepository Said(string owner, string name, string cloneUrl, string defaultBranch, long id = 7) =>
        new(id, owner, name, cloneUrl, null, defaultBranch);
}
