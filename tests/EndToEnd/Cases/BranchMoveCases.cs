using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;

namespace Pipeline.EndToEnd.Cases;

/// <summary>Branches that are set back, deleted, made again, or come twenty at once.</summary>
[Collection(CasesCollection.Name)]
public sealed class BranchMoveCases(CasesPipeline fixture)
{
    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task A_branch_that_moves_in_any_way_is_told_so_and_built_once()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "moves");
        var a = repository.Commit(Files, "A\n");
        var b = repository.Commit(Files, "B\n", a);
        var c = repository.Commit(Files, "C\n", a);
        var moves = new Moves(repository, (a, "A"), (b, "B"), (c, "C"));
        var many = Enumerable.Range(0, 300).Aggregate(c, (parent, i) => repository.Commit(Files, $"n {i}\n", parent));
        var orphan = repository.Commit(Files, "Orphan\n");

        await SmallMovesAsync(moves, repository, a, b, c);
        await LargeMovesAsync(moves, repository, a, c, many, orphan);

        Outcomes.Are(Right, moves.Outcomes.Distinct());
        var builds = await repository.ListAsync($"/api/v1/repositories/{repository.Id}/builds");
        Assert.Equal(builds.Count, builds.Select(x => x.GetProperty("sha").GetString()).Distinct().Count());
        var seen = (await repository.BuildsAsync(a, b, c, many, orphan)).Select(x => x.GetProperty("state").GetString());
        Assert.Equal(["succeeded", "succeeded", "succeeded", "succeeded", "succeeded"], seen);
        Assert.All(builds, x => Assert.Contains(x.GetProperty("state").GetString(), new[] { "succeeded", "queued", "running", "skipped" }));
        var listed = (await repository.ListAsync($"/api/v1/repositories/{repository.Id}/commits?branch=main"))
            .Select(x => x.GetProperty("subject").GetString()).ToList();
        Assert.Equal(300, listed.Count(s => s!.StartsWith("n ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_repository_whose_default_branch_is_not_main_keeps_it()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "mastered", "master");
        var sha = repository.Commit(Files);
        await repository.PushAsync(("master", sha));

        await repository.BuildsAsync(sha);

        Assert.Equal("master",
            (await pipeline.GetAsync($"/api/v1/repositories/{repository.Id}"))!.Value.GetProperty("defaultBranch").GetString());
        var deliveries = await repository.DeliveriesAsync(1);
        Assert.Equal("head moved", deliveries["refs/heads/master"].GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task A_branch_that_a_webhook_cannot_name_is_refused_by_the_hook_and_stops_no_other()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "latin");
        var sha = repository.Commit(Files);

        var said = await repository.PushAsync(("caf\uDCE9", sha), ("main", sha));

        Assert.Contains("caf\\xE9 is not built: its name is not UTF-8", said, StringComparison.Ordinal);
        Assert.Equal("succeeded", (await repository.BuildsAsync(sha))[0].GetProperty("state").GetString());
    }

    private static async Task SmallMovesAsync(Moves moves, ByteRepository repository, string a, string b, string c)
    {
        await moves.PushAsync("first push, by a tag", ("refs/tags/v0", a));
        await moves.PushAsync("A", ("main", a));
        await moves.PushAsync("B", ("main", b));
        await moves.PushAsync("forced back to A", ("main", a));
        await moves.PushAsync("C on A", ("main", c));
        await moves.PushAsync("another branch at C", ("tmp", c));
        await moves.PushAsync("deleted", ("tmp", ""));
        await moves.PushAsync("made again at C", ("tmp", c));
        await moves.PushAsync("new branch at old A", ("old", a));
        await moves.PushAsync("x", ("x", c));
        await moves.PushAsync("x gone", ("x", ""));
        await moves.PushAsync("x/y after x", ("x/y", repository.Commit(Files, "XY\n", c)));
        await moves.PushAsync("tag", ("refs/tags/v1", c));
        await moves.PushAsync("annotated tag", ("refs/tags/v2", repository.Write("tag",
            $"object {c}\ntype commit\ntag v2\ntagger {ByteRepository.Person}\n\nv2\n")));
        await moves.PushAsync("tag gone", ("refs/tags/v1", ""));
        await moves.PushAsync("note", ("refs/notes/commits", repository.Commit(Files, "Note\n")));
    }

    private static async Task LargeMovesAsync(Moves moves, ByteRepository repository, string a, string c, string many, string orphan)
    {
        await moves.PushAsync("300 commits", ("main", many));
        var sides = Enumerable.Range(0, 3).Select(i => repository.Commit(Files, $"Side {i}\n", a)).ToArray();
        await moves.PushAsync("octopus", ("octopus", repository.Commit(Files, "Octopus\n", sides)));
        await moves.PushAsync("parent twice", ("twice", repository.Commit(Files, "Twice\n", c, c)));
                await moves.PushAsync("another history forced on main", ("main", orphan));
        await moves.PushAsync("skip", ("skip", repository.Commit(Files, "x [skip ci]\n", orphan)));
        await moves.PushAsync("skip in the body", ("body", repository.Commit(Files, "subject\n\n[ci skip] in the body\n", orphan)));
        await moves.PushAsync("twenty", [.. Enumerable.Range(0, 20).Select(i => ($"b{i}", repository.Commit(Files, $"b {i}\n", many)))]);
        await moves.PushAsync("all at one commit", [.. Enumerable.Range(0, 5).Select(i => ($"same{i}", many))]);
        await moves.PushAsync("all gone", [.. Enumerable.Range(0, 5).Select(i => ($"same{i}", ""))]);
    }

    private static Tree Files => new() { { ".pipeline.yaml", "steps: [{ run: 'true' }]\nresources: { cpus: 0.05, memory: 64MB }\n" } };

    private const string Right = """
        first push, by a tag: refs/tags/v0 is not a branch: nothing to build
        A: head moved
        B: head moved
        forced back to A: main is at A again, which was pushed to it before: it is not built again, and its release is not offered again…
        C on A: head moved
        another branch at C: head moved
        deleted: branch deleted
        made again at C: tmp is at C again, which was pushed to it before: it is not built again, and its release is not offered again by…
        new branch at old A: head moved
        x: head moved
        x gone: branch deleted
        x/y after x: head moved
        tag: refs/tags/v1 is not a branch: nothing to build
        annotated tag: refs/tags/v2 is not a branch: nothing to build
        tag gone: refs/tags/v1 is not a branch: nothing to build
        note: refs/notes/commits is not a branch: nothing to build
        300 commits: head moved
        octopus: head moved
        parent twice: head moved
        another history forced on main: head moved
        skip: head moved
        skip in the body: head moved
        twenty: head moved
        all at one commit: head moved
        all gone: branch deleted
        """;

    private sealed class Moves(ByteRepository repository, params (string Sha, string Name)[] names)
    {
        private int count;

        public List<string> Outcomes { get; } = [];

        public async Task PushAsync(string what, params (string Ref, string Sha)[] refs)
        {
            await repository.PushAsync(refs);
            count += refs.Length;
            var deliveries = await repository.DeliveriesAsync(count);
            foreach (var (name, _) in refs)
            {
                var full = name.StartsWith("refs/", StringComparison.Ordinal) ? name : $"refs/heads/{name}";
                Outcomes.Add($"{what}: {Named(deliveries[full].Text("outcome"))}");
            }
        }

        private string Named(string outcome) =>
            names.Aggregate(outcome, (text, n) => text.Replace(n.Sha[..7], n.Name, StringComparison.Ordinal));
    }
}
