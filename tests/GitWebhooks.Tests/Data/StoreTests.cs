using System.Text;
using Npgsql;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Data;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.GitWebhooks.Tests.Data;

/// <summary>The rows of the slice: one for each id of the forge, one for each commit, and an end that is written once.</summary>
public sealed class StoreTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly CommitSha Head = CommitSha.Parse(new string('a', 40));
    private GitHost host = null!;

    public async ValueTask InitializeAsync() => host = await GitHost.StartAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task A_delivery_is_stored_once_for_an_id_of_the_forge_and_the_first_one_stays()
    {
        var store = host.Get<DeliveryStore>();
        var inserted = await Task.WhenAll(Enumerable.Range(1, 8).Select(i => Task.Run(() => store.InsertAsync(Delivery(i, "same"), None))));

        Assert.Single(inserted, i => i);
        var first = (await store.ListAsync(null, null, 10, None)).Items.Single();
        Assert.Equal(first.Id, await store.IdOfAsync("github", "same", None));
        Assert.Equal(Guid.Empty, await store.IdOfAsync("github", "other", None));
        Assert.Equal(Guid.Empty, await store.IdOfAsync("gitlab", "same", None));
        Assert.True(await store.InsertAsync(Delivery(9, "SAME"), None));
    }

    [Fact]
    public async Task A_delivery_comes_back_to_the_byte_with_its_headers()
    {
        var store = host.Get<DeliveryStore>();
        byte[] body = [0, 255, 13, 10, .. "{\"ü\":\"🐢\"}"u8];
        var headers = new Dictionary<string, string> { ["X-Ä"] = "\"\\u0041", ["Content-Type"] = "a/b" };
        var delivery = Delivery(1, "d") with { Body = body, Headers = headers };
        await store.InsertAsync(delivery, None);

        var raw = (await store.BodyAsync(delivery.Id, None))!;
        Assert.Equal(body, raw.Body);
        Assert.Equal(("push", "received", Now, "a/b"), (raw.Event, raw.State, raw.ReceivedAt, raw.ContentType));
        var shown = (await store.GetAsync(delivery.Id, None))!;
        Assert.Equal(delivery.Headers, shown.Headers);
        Assert.Equal(body.Length, shown.Delivery.Bytes);
        Assert.Equal(Encoding.UTF8.GetString(body), shown.Body);
        Assert.Null(await store.BodyAsync(Guid.Empty, None));
        Assert.Null(await store.GetAsync(Guid.Empty, None));
    }

    [Fact]
    public async Task The_end_of_a_delivery_is_written_once_and_what_was_ignored_has_its_end_already()
    {
        var store = host.Get<DeliveryStore>();
        await store.InsertAsync(Delivery(1, "a"), None);
        await store.InsertAsync(Delivery(2, "b") with { Ignored = "pong" }, None);
        foreach (var id in new[] { Id(1), Id(2) })
        {
            await store.FinishAsync(id, "processed", "first", null, "refs/heads/main", Now, None);
            await store.FinishAsync(id, "rejected", "second", null, null, Now.AddDays(1), None);
        }

        Assert.Equal(
            [("ignored", "pong", null, null), ("processed", "first", "refs/heads/main", Now)],
            (await store.ListAsync(null, null, 10, None)).Items.Select(d => (d.State, d.Outcome, d.Ref, d.ProcessedAt)));
    }

    [Fact]
    public async Task Deliveries_of_one_moment_are_paged_by_id_and_filtered_by_repository()
    {
        var store = host.Get<DeliveryStore>();
        var repository = await SaveRepositoryAsync(7, "shop");
        for (var i = 1; i <= 5; i++)
        {
            await store.InsertAsync(Delivery(i, $"{i}"), None);
            if (i % 2 == 1)
                await store.FinishAsync(Id(i), "processed", "", repository.Id, null, Now, None);
        }

        var (first, rest) = (await store.ListAsync(null, null, 3, None), await store.ListAsync(null, new Cursor(Now, Id(3)), 3, None));
        Assert.Equal([Id(5), Id(4), Id(3)], first.Items.Select(d => d.Id));
        Assert.Equal(new Cursor(Now, Id(3)).ToString(), first.Next);
        Assert.Equal([Id(2), Id(1)], rest.Items.Select(d => d.Id));
        Assert.Null(rest.Next);
        Assert.Null((await store.ListAsync(null, null, 5, None)).Next);
        Assert.Equal([Id(5), Id(3), Id(1)], (await store.ListAsync(repository.Id, null, 10, None)).Items.Select(d => d.Id));
    }

    [Fact]
    public async Task A_commit_that_comes_again_keeps_its_row_and_its_first_pusher_and_gains_its_branches()
    {
        var store = host.Get<CommitStore>();
        var repository = (await SaveRepositoryAsync(7, "shop")).Id;
        await store.SaveAsync(repository, null, [Facts(Head, "first")], Head, null, None);
        var stored = (await store.GetAsync(repository, Head, None))!;
        await store.SaveAsync(repository, "main", [Facts(Head, "second")], Head, "eleni", None);
        await store.SaveAsync(repository, "Main", [Facts(Head, "third")], Head, "nikos", None);
        await store.SaveAsync(repository, "main", [Facts(Head, "fourth")], Head, null, None);

        var again = (await store.GetAsync(repository, Head, None))!;
        Assert.Equal((stored.Id, "first", "eleni"), (again.Id, again.Subject, again.Pusher));
        Assert.Equal(["Main", "main"], (await store.BranchesAsync(repository, Head, None)).Order(StringComparer.Ordinal));
        Assert.Single((await store.ListAsync(repository, "main", null, 10, None)).Items);
        Assert.Empty(await store.BranchesAsync(repository, CommitSha.Parse(new string('b', 40)), None));
    }

    [Fact]
    public async Task The_same_commit_of_two_repositories_is_two_rows_and_contributors_are_of_one()
    {
        var store = host.Get<CommitStore>();
        var (one, two) = ((await SaveRepositoryAsync(7, "shop")).Id, (await SaveRepositoryAsync(8, "fork")).Id);
        await store.SaveAsync(one, "main", [Facts(Head, "x")], Head, "eleni", None);
        await store.SaveAsync(two, "main", [Facts(Head, "x")], Head, "nikos", None);

        Assert.NotEqual((await store.GetAsync(one, Head, None))!.Id, (await store.GetAsync(two, Head, None))!.Id);
        Assert.Equal([new CommitContributor("Zoë", "zoe@example.org", "nikos")],
            await store.ContributorsAsync(two, [Head.ToString(), Head.ToString()], None));
        Assert.Empty(await store.ContributorsAsync(one, [], None));
    }

    [Fact]
    public async Task Only_what_was_pushed_itself_has_a_pusher_and_parents_keep_their_order()
    {
        var store = host.Get<CommitStore>();
        var repository = (await SaveRepositoryAsync(7, "shop")).Id;
        var (b, c) = (CommitSha.Parse(new string('b', 40)), CommitSha.Parse(new string('c', 40)));
        var merge = Facts(Head, "merge") with { Parents = [c, b] };
        await store.SaveAsync(repository, "main", [merge, Facts(b, "b"), Facts(c, "c")], Head, "eleni", None);
        await store.SaveAsync(repository, "main", [], Head, "eleni", None);

        Assert.Equal([c, b], (await store.GetAsync(repository, Head, None))!.Parents);
        Assert.Empty((await store.GetAsync(repository, b, None))!.Parents);
        Assert.Equal(
            [(Head, "eleni"), (b, null), (c, null)],
            (await store.ListAsync(repository, null, null, 10, None)).Items.Select(x => (x.Sha, x.Pusher)).OrderBy(x => $"{x.Sha}"));
    }

    [Fact]
    public async Task A_name_that_two_repositories_had_leads_to_the_newer_and_a_pinned_one_keeps_its_address()
    {
        var (writer, store) = (host.Get<RepositoryWriter>(), host.Get<RepositoryStore>());
        var old = await SaveRepositoryAsync(7, "shop");
        await host.ExecuteAsync("UPDATE git.repository SET added_at = added_at - interval '1 day'");
        var renamed = await SaveRepositoryAsync(8, "SHOP");
        Assert.Equal(renamed.Id, (await store.FindByNameAsync("ACME", "shop", None))!.Id);
        Assert.Equal([renamed.Id, old.Id], (await store.ListAsync(null, 10, None)).Items.Select(r => r.Id));

        var pinned = await SaveRepositoryAsync(8, "shop", pinned: true, "https://a.example/p.git");
        var pushed = await SaveRepositoryAsync(8, "later", pinned: false, "https://b.example/x.git");

        Assert.Equal((renamed.Id, true, "https://a.example/p.git", "later"), (pushed.Id, pushed.Pinned, pushed.CloneUrl, pushed.Name));
        Assert.Equal(pinned.AddedAt, pushed.AddedAt);
        Assert.Null(await writer.FindAsync(9, None));
    }

    [Theory]
    [InlineData("delivery", "gen_random_uuid(), 'github', 'x', 'push', now(), '{}', '', 'lost', NULL, NULL, NULL, NULL")]
    [InlineData("delivery", "gen_random_uuid(), 'github', 'x', 'push', now(), '{}', '', 'received', NULL, gen_random_uuid(), NULL, NULL")]
    [InlineData("branch", "(SELECT id FROM git.repository), 'main', 'HEAD', now(), now(), NULL")]
    [InlineData("branch", "(SELECT id FROM git.repository), 'main', NULL, now(), now(), NULL")]
    [InlineData("branch", "(SELECT id FROM git.repository), 'main', repeat('a', 40), now(), now(), now()")]
    [InlineData("commit_branch", "(SELECT id FROM git.repository), 'main', repeat('a', 40), now(), gen_random_uuid()")]
    [InlineData("push", "(SELECT id FROM git.repository), 'refs/heads/main', repeat('a', 40), NULL, false, 'x', gen_random_uuid(), now()")]
    [InlineData("repository", "gen_random_uuid(), 'gitlab', 'b', 1, 'o', 'n', 'c', NULL, 'main', true, now(), 'x'")]
    public async Task The_tables_refuse_what_cannot_be(string table, string values)
    {
        await SaveRepositoryAsync(7, "shop");
        var refused = await Assert.ThrowsAsync<PostgresException>(() => host.ExecuteAsync($"INSERT INTO git.{table} VALUES ({values})"));
        Assert.StartsWith("23", refused.SqlState, StringComparison.Ordinal);
    }

    private static Guid Id(int n) => Guid.Parse($"01900000-0000-7000-8000-{n:D12}");

    private static NewDelivery Delivery(int n, string externalId) =>
        new(Id(n), "github", externalId, "push", Now, new Dictionary<string, string>(), [], null);

    private static CommitFacts Facts(CommitSha sha, string subject) => new(sha, subject, subject, "Zoë", "zoe@example.org", Now, Now, []);

    private Task<Repository> SaveRepositoryAsync(
        long forgeId, string name, bool pinned = false, string url = "https://git.example/r.git") =>
        host.Get<RepositoryWriter>().SaveAsync(
            RepositoryId.New(TimeProvider.System.GetUtcNow()), new AddRepository(forgeId, "acme", name, url), pinned, "test", None);
}
