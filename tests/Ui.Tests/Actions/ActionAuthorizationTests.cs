using Bunit;
using Dapper;
using Pipeline.Kernel;
using Pipeline.Ui.Actions;
using Pipeline.Ui.Components.Actions;

namespace Pipeline.Ui.Tests.Actions;

/// <summary>
/// A disabled button is a courtesy: here every action of every page is run without its button, by somebody who may not, and by somebody who
/// may. </summary>
public sealed class ActionAuthorizationTests : ActionPages
{
    private static readonly ActionInput Input = new("because of a test", TimeSpan.FromHours(1)) { Instances = 3, Level = 0.6m,
        Arguments = ["--once"] };

    [Fact]
    public async Task Nobody_who_is_not_signed_in_changes_anything()
    {
        await AddObjectsAsync();

        await AssertRefusedAsync(await OpenAllAsync(), _ => "Nobody is signed in.");
    }

    [Fact]
    public async Task A_reader_changes_nothing_and_reads_which_permission_is_missing()
    {
        await AddObjectsAsync();
        await SignInAsync("vera", [Permission.View]);

        await AssertRefusedAsync(await OpenAllAsync(), action => $"vera does not have the permission “{action.Permission}”.");
    }

    [Fact]
    public async Task Every_permission_but_the_needed_one_is_not_enough()
    {
        await AddObjectsAsync();
        var groups = await OpenAllAsync();
        var before = await FingerprintAsync();

        foreach (var permission in Permission.All)
        {
            await SignInAsync("olga", [.. Permission.All.Where(p => p != permission)]);
            foreach (var (group, action) in Each(groups).Where(g => g.Action.Permission == permission))
                Assert.Contains($"“{permission}”", await RunAsync(group, action), StringComparison.Ordinal);
        }

        Assert.Equal(before, await FingerprintAsync());
    }

    [Fact]
    public async Task A_token_that_was_revoked_while_the_page_was_open_changes_nothing()
    {
        await AddObjectsAsync();
        var token = await SignInAsync("maria", Permission.All, ["release-managers"]);
        var groups = await OpenAllAsync();
        await RevokeAsync(token);

        await AssertRefusedAsync(groups, _ => "Your session has ended");
    }

    [Fact]
    public async Task A_token_that_expired_while_the_page_was_open_changes_nothing()
    {
        await AddObjectsAsync();
        var token = await SignInAsync("maria", Permission.All, ["release-managers"]);
        var groups = await OpenAllAsync();
        await ExecuteAsync($"UPDATE identity.token SET expires_at = now() - interval '1 second' WHERE id = '{token}'");

        await AssertRefusedAsync(groups, _ => "Your session has ended");
    }

    [Fact]
    public async Task A_permission_that_was_taken_away_while_the_page_was_open_is_gone()
    {
        await AddObjectsAsync();
        var token = await SignInAsync("maria", Permission.All, ["release-managers"]);
        var groups = await OpenAllAsync();
        await ExecuteAsync($"UPDATE identity.token SET permissions = '{{view}}' WHERE id = '{token}'");

        await AssertRefusedAsync(groups, action => $"“{action.Permission}”");
    }

    [Fact]
    public async Task Who_has_the_permission_reaches_the_leader_of_the_cluster_with_every_operator_action()
    {
        await AddObjectsAsync();
        await SignInAsync("maria", [Permission.View, Permission.Operate]);
        var groups = await OpenAllAsync();
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var leader = AcceptAllAsync(ended.Token);
        var sent = new Dictionary<string, string>();

        foreach (var (group, action) in Each(groups).Where(g => g.Action is { Permission: Permission.Operate, TestId: not "release" }))
        {
            Assert.StartsWith($"{action.Label}: recorded.", await RunAsync(group, action), StringComparison.Ordinal);
            sent[action.TestId] = (await ReadAsync<string>("SELECT detail FROM scheduler.command_result ORDER BY id DESC LIMIT 1"))!;
        }

        await ended.CancelAsync();
        await leader;
        Assert.All(sent.Values, payload => Assert.Contains("maria", payload, StringComparison.Ordinal));
        Assert.Contains("\"kind\": \"scale\"", sent["scale"], StringComparison.Ordinal);
        Assert.Contains("\"instances\": 3", sent["scale"], StringComparison.Ordinal);
        Assert.Contains("--once", sent["run"], StringComparison.Ordinal);
        Assert.Contains("\"accepted\": false", sent["reject"], StringComparison.Ordinal);
        Assert.Contains("\"accepted\": true", sent["advance"], StringComparison.Ordinal);
        string[] notOfOperators =
        [
            "approve", "cancel-build", "hold", "lift-hold", "promote-infra-qa", "promote-product-qa", "promote-production", "release",
            "retry-build", "retry-delivery", "retry-job", "rollback",
        ];
        Assert.Equal(AllActions.Except(notOfOperators), sent.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Without_a_leader_a_command_is_kept_and_the_page_says_who_decides()
    {
        await AddObjectsAsync();
        await SignInAsync("maria", [Permission.View, Permission.Operate]);
        var group = (await OpenAllAsync()).First(g => g.Instance.Actions.Any(a => a.TestId == "reconcile"));

        var answer = await RunAsync(group, group.Instance.Actions.First(a => a.TestId == "reconcile"));

        Assert.Contains("No server leads the cluster now; the next leader will decide.", answer, StringComparison.Ordinal);
        Assert.Equal(1, await ReadAsync<int>("SELECT count(*)::int FROM scheduler.intake"));
    }

    [Fact]
    public async Task Who_has_the_permission_releases_a_quarantined_entry_once()
    {
        await AddObjectsAsync();
        await SignInAsync("maria", [Permission.View, Permission.Operate]);
        var group = (await OpenAllAsync()).First(g => g.Instance.Actions.Any(a => a.TestId == "release"));
        var release = group.Instance.Actions.Single();

        Assert.Equal("Release: recorded.", await RunAsync(group, release));
        Assert.Contains("was released already", await RunAsync(group, release), StringComparison.Ordinal);
        Assert.Equal("person:maria", await ReadAsync<string>("SELECT released_by FROM scheduler.quarantine"));
    }

    private static IEnumerable<(IRenderedComponent<PageActionButtons> Group, PageAction Action)> Each(
        IReadOnlyList<IRenderedComponent<PageActionButtons>> groups) =>
        groups.SelectMany(g => g.Instance.Actions, (g, a) => (g, a)).DistinctBy(x => (x.a.TestId, x.a.Consequence)).ToList();

    private static async Task<string> RunAsync(IRenderedComponent<PageActionButtons> group, PageAction action)
    {
        await group.InvokeAsync(() => group.Instance.RunAsync(action, Input));
        return group.Find("[data-testid=answer]").TextContent;
    }

    private async Task AssertRefusedAsync(IReadOnlyList<IRenderedComponent<PageActionButtons>> groups, Func<PageAction, string> why)
    {
        var before = await FingerprintAsync();
        var tried = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (group, action) in Each(groups))
        {
            Assert.Contains(why(action), await RunAsync(group, action), StringComparison.Ordinal);
            Assert.Equal("alert", group.Find("[data-testid=answer]").GetAttribute("role"));
            tried.Add(action.TestId);
        }

        Assert.Equal(AllActions, tried);
        Assert.Equal(before, await FingerprintAsync());
        Assert.Empty(Jobs.All);
    }

    /// <summary>The leader of every cluster: accepts what comes, and repeats it.</summary>
    private async Task AcceptAllAsync(CancellationToken ct)
    {
        try
        {
            while (true)
            {
                await using var connection = await Db.OpenConnectionAsync(ct);
                await connection.ExecuteAsync("LISTEN scheduler_intake");
                await connection.ExecuteAsync(
                    """
                    WITH taken AS (DELETE FROM scheduler.intake RETURNING id, cluster, payload::text)
                    INSERT INTO scheduler.command_result (id, cluster, at, code, status, detail)
                    SELECT id, cluster, now(), NULL, 200, payload FROM taken
                    """);
                await connection.ExecuteAsync("NOTIFY scheduler_command");
                await connection.WaitAsync(TimeSpan.FromMilliseconds(100), ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
        }
    }
}
