using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;

namespace Pipeline.EndToEnd.Cases;

/// <summary>Names of branches that git allows, and what a step is line of them.</summary>
[Collection(CasesCollection.Name)]
public sealed class BranchNameCases(CasesPipeline fixture)
{
    private static readonly string[] Names =
    [
        "feature/überprüfung", "修复/登录", "fix/🦆", "fix/#123", "pct%2Fslash", "it's", "a&b=c", "a+b", "user@host", "\"q\"", "$(id)",
        "-dash", "x;y", new('l', 200), "a<b>", "feature/a/b/c",
        "caf\u00e9", "cafe\u0301", "a\u00a0b", "@", "HEAD", "refs/heads/x", "a|b",
            "`id`", "{a}",
        "Case", "case", "null", "0", "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", new string('é', 120),
    ];

    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task A_branch_of_any_name_is_built_and_its_step_reads_the_name_as_git_has_it()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "branches");
        var pushed = Names.Select((name, i) => (Ref: $"refs/heads/{name}", Sha: repository.Commit(Files, $"Commit {i}\n"))).ToArray();
        await repository.PushAsync(pushed);

        var deliveries = await repository.DeliveriesAsync(pushed.Length);
        var builds = await repository.BuildsAsync(pushed.Select(p => p.Sha));

        var seen = new List<string>();
        foreach (var (build, push) in builds.Zip(pushed))
        {
            var log = Raw.Text(await repository.LogAsync(build));
            var line = log.Split('\n').Single(l => l.StartsWith("branch=", StringComparison.Ordinal));
            var outcome = deliveries[push.Ref].Text("outcome");
            seen.Add($"{push.Ref}: {outcome}, {build.Text("state")}, {build.Text("branch")}, {line}");
        }

        Assert.Equal(Names.Select(n => $"refs/heads/{n}: head moved, succeeded, {n}, branch=[{n}] [refs/heads/{n}]"), seen);
        foreach (var name in Names)
            Assert.Contains("Commit", await pipeline.Http.GetStringAsync($"/repos/tests/branches/branches/{Uri.EscapeDataString(name)}"));
    }

    private static Tree Files => new()
    {
        {
            ".pipeline.yaml",
            """
            resources: { cpus: 0.05, memory: 64MB }
            steps: [{ run: 'printf "branch=[%s] [%s]\n" "$PIPELINE_BRANCH" "$PIPELINE_REF"' }]
            """
        },
    };
}
