using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;
using Pipeline.EndToEnd.Harness.Machines;

namespace Pipeline.EndToEnd.Cases;

/// <summary>What becomes of deployables that change, never start, or come one after the other.</summary>
[Collection(CasesCollection.Name)]
public sealed class LifecycleCases(CasesPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;
    private readonly Deployed deployed = new(fixture.Instance);

    [Fact]
    public async Task A_deployable_that_is_renamed_leaves_nothing_unseen_and_one_that_changes_its_kind_is_refused_in_words()
    {
        var (renamed, kind) = (await CreateAsync("life-a"), await CreateAsync("life-b"));
        var (old, service) = (
            await PushAsync(renamed, CaseApp.Service("life-old", "life-a", "ok", "1")),
            await PushAsync(kind, CaseApp.Service("life-kind", "life-b", "ok", "1")));
        await Task.WhenAll(deployed.RunsInProductionAsync(old), deployed.RunsInProductionAsync(service));

        var @new = await PushAsync(renamed, CaseApp.Service("life-new", "life-a", "ok", "2"), old);
        var cron = await PushAsync(
            kind, CaseApp.Line("life-kind", "life-b", "kind: cron, run: 'true', schedule: '0 3 * * *'"), service);
        var refused = await deployed.ReachesAsync(cron, "infra-qa", "rolled-back");
        await deployed.RunsInProductionAsync(@new);

        Assert.Equal(
            "life-kind: request life-kind is of kind service and cannot become cron: remove it first",
            Deployed.ReasonIn(refused, "infra-qa"));
        Assert.Equal("1 1 1", await deployed.TasksOfAsync("life-kind"));
        await pipeline.ServesAsync("/apps/production/life-kind/", "VER=[1]\n");
        await pipeline.ServesAsync("/apps/production/life-new/", "VER=[2]\n");
        await deployed.HasTasksAsync("life-old", "0 0 0");
        Assert.StartsWith("404 ", await deployed.AnswerAsync("/apps/production/life-old/"), StringComparison.Ordinal);

        var again = await PushAsync(kind, CaseApp.Service("life-kind", "life-b", "ok", "3"), cron);
        await deployed.RunsInProductionAsync(again);
        await pipeline.ServesAsync("/apps/production/life-kind/", "VER=[3]\n");
    }

    [Fact]
    public async Task A_service_becomes_ready_or_fails_for_its_true_reason_and_the_next_push_goes_through()
    {
        (string Mode, string Reason)[] modes =
        [
            ("exit", "Command exited with status 3"), ("elsewhere", "did not pass its readiness check within 4 s Last probe: no answer"),
            ("sick", "did not pass its readiness check within 4 s Last probe: 500"), ("redirect", ""), ("http10", ""), ("loopback", ""),
                ("slow", ""),
        ];
        var pushed = new List<(string Reason, ByteRepository Repository, string Sha)>();
        foreach (var (mode, reason) in modes)
        {
            var repository = await CreateAsync($"life-{mode}");
            pushed.Add((reason, repository, await PushAsync(repository, CaseApp.Service($"life-{mode}", repository.Name, mode, "1"))));
        }

        foreach (var (reason, repository, sha) in pushed.Where(p => p.Reason.Length > 0))
        {
            var commit = await deployed.ReachesAsync(sha, "infra-qa", "failed");
            Assert.Contains(reason, Deployed.ReasonIn(commit, "infra-qa"), StringComparison.Ordinal);
            await deployed.HasTasksAsync(repository.Name, "0 none none");
        }

        var (_, sick, bad) = pushed[2];
        var good = await PushAsync(sick, CaseApp.Service("life-sick", "life-sick", "ok", "2"), bad);
        foreach (var sha in pushed.Where(p => p.Reason.Length == 0).Select(p => p.Sha).Append(good))
            await deployed.RunsInProductionAsync(sha);
        foreach (var mode in (string[])["http10", "loopback", "slow"])
            await pipeline.ServesAsync($"/apps/production/life-{mode}/", "VER=[1]\n");
        await NothingToRollBackToAsync(sick);
        await pipeline.ServesAsync("/apps/production/life-sick/", "VER=[2]\n");
    }

    [Fact]
    public async Task Variables_reach_a_service_unchanged_and_of_pushes_in_a_row_the_newest_wins_everywhere()
    {
        var (env, row, fix) = (await CreateAsync("life-env"), await CreateAsync("life-row"), await CreateAsync("life-fix"));
        const string variables = """
            , E1: "a'b\"c\\\\d", E2: "l1\nl2\n", E3: '$HOME `id` $(id) %s ${E1}', E4: 'ünï 🦆', E5: ' lead trail ', E6: "\L\t\e[31m"
            """;
        var sha = await PushAsync(env, CaseApp.Service("life-env", "life-env", "ok", "1", more: variables));
        var bad = await PushAsync(fix, CaseApp.Service("life-fix", "life-fix", "sick", "1"));
        var last = "";
        for (var i = 1; i <= 4; i++)
            last = await PushAsync(row, CaseApp.Service("life-row", "life-row", "ok", $"{i}"), last);
        var mended = await PushAsync(fix, CaseApp.Service("life-fix", "life-fix", "ok", "2"), bad);

        await Task.WhenAll(((string[])[sha, last, mended]).Select(deployed.RunsInProductionAsync));

        await pipeline.ServesAsync(
            "/apps/production/life-env/",
            "VER=[1]E1=[a'b\"c\\\\d]E2=[l1\nl2\n]E3=[$HOME `id` $(id) %s ${E1}]E4=[ünï 🦆]E5=[ lead trail ]E6=[\u2028\t\u001b[31m]\n");
        foreach (var stage in Deployed.Stages)
        {
            await pipeline.ServesAsync($"/apps/{stage}/life-row/", "VER=[4]\n");
            await pipeline.ServesAsync($"/apps/{stage}/life-fix/", "VER=[2]\n");
        }
    }

    [Fact]
    public async Task A_port_that_another_program_has_costs_an_attempt_in_words_and_that_programs_answers_count_for_nothing()
    {
        using var others = ForeignServers.Start(await deployed.LowestPortsAsync("infra-qa", 3));
        string[] modes = ["ok", "stubborn"];
        var pushed = new List<(string Name, string Sha)>();
        foreach (var mode in modes)
        {
            var repository = await CreateAsync($"life-taken-{mode}");
            pushed.Add((repository.Name, await PushAsync(repository, CaseApp.Service(repository.Name, repository.Name, mode, "1"))));
        }

        foreach (var (name, sha) in pushed)
        {
            await deployed.RunsInProductionAsync(sha);
            await pipeline.ServesAsync($"/apps/infra-qa/{name}/", "VER=[1]\n");
            await deployed.HasTasksAsync(name, "1 1 1");
        }

        var ended = await deployed.EndedTasksAsync("infra-qa", pushed.Select(p => p.Name));
        Assert.NotEmpty(ended);
        foreach (var task in ended)
        {
            Assert.Matches("^exit 69: another program on .* listens on port [0-9]+, which was assigned to the task$", task.Text("reason"));
            Assert.Contains(task.GetProperty("ports")[0].GetInt32(), others.Ports);
            Assert.Equal(("infra", "69"), (task.Text("failureClass"), task.Text("exitCode")));
            var probes = (await pipeline.GetAsync($"/api/v1/tasks/{task.Text("id")}"))!.Value.GetProperty("probes").EnumerateArray();
            Assert.DoesNotContain(probes, p => p.GetProperty("passed").GetBoolean());
        }

        Assert.Empty(others.Requests);
    }

    private async Task NothingToRollBackToAsync(ByteRepository repository)
    {
        var promotions = (await pipeline.GetAsync($"/api/v1/promotions?stage=production&repository={repository.Id}"))!.Value;
        var id = promotions.GetProperty("items")[0].GetProperty("id").GetString();
        var (status, body) = await pipeline.PostAsync($"/api/v1/promotions/{id}/rollback", new { comment = "Nothing before" });
        Assert.Equal((409, "nothing-to-roll-back"), ((int)status, body.Text("code")));
    }

    private Task<ByteRepository> CreateAsync(string name) => ByteRepository.CreateAsync(pipeline, name);

    private static async Task<string> PushAsync(ByteRepository repository, string deployables, string parent = "")
    {
        var sha = repository.Commit(CaseApp.Of(repository.Name, deployables), "Change\n", parent.Length == 0 ? [] : [parent]);
        await repository.PushAsync(("main", sha));
        return sha;
    }
}
