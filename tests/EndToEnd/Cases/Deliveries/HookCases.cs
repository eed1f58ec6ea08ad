using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;

namespace Pipeline.EndToEnd.Cases.Deliveries;

/// <summary>Signed deliveries of the shape of GitHub's, straight to the hook: each ends, and says why.</summary>
[Collection(CasesCollection.Name)]
public sealed class HookCases(CasesPipeline fixture)
{
    private const string Zero = "0000000000000000000000000000000000000000";
    private static readonly string One = new('1', 40);
    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task Every_delivery_ends_with_its_reason_on_its_page_and_the_next_push_works()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "hooks");
        var sha = repository.Commit(Files);
        var old = repository.Commit(Files, "Old\n");
        await repository.PushSilentlyAsync(
            ("main", sha), ("feature/überprüfung", sha), ("修复", sha), ("plain", sha), ("form", sha), ("back", old), ("raw", sha));
        var bodies = BodiesOf(repository, sha, old).All;

        var ids = new List<string>();
        foreach (var (_, body, form) in bodies)
            ids.Add(await SendAsync(body, form));

        var seen = new List<string>();
        foreach (var ((what, _, _), id) in bodies.Zip(ids))
        {
            var delivery = await EndedAsync(what, id);
            var outcome = delivery.GetProperty("outcome").GetString()!;
            var said = Short($"{outcome} | {delivery.Text("ref")}", sha, repository);
            seen.Add($"{what}: {delivery.Text("state")} | {said}");
            var page = WebUtility.HtmlDecode(await pipeline.Http.GetStringAsync($"/hooks/deliveries/{id}"));
            Assert.Contains(outcome, page);
        }

        Outcomes.Are(
            Ends,
            seen);
        var next = repository.Commit(Files, "Next\n", sha);
        await repository.PushAsync(("main", next));
        Assert.Equal("succeeded", (await repository.BuildsAsync(next))[0].GetProperty("state").GetString());
        Assert.Equal("tests/hooks",
            (await pipeline.GetAsync($"/api/v1/repositories/{repository.Id}"))!.Value.GetProperty("fullName").GetString());
        var failures = (await pipeline.GetAsync("/api/v1/failures"))!.Value.ToString();
        Assert.DoesNotContain(ids, id => failures.Contains(id, StringComparison.Ordinal));
    }

    private static Bodies BodiesOf(ByteRepository repository, string sha, string old)
    {
        var bodies = new Bodies(repository, sha);
        AddTexts(bodies, old);
        AddNames(bodies, sha);
        AddMoves(bodies, sha, old);
        AddFields(bodies);
        bodies.Twice("key twice");
        return bodies;
    }

    private static void AddTexts(Bodies bodies, string old)
    {
        bodies.Raw("UTF-8 as it is", "refs/heads/feature/XX", "XX", Encoding.UTF8.GetBytes("überprüfung"));
        bodies.Add("UTF-8 escaped", "refs/heads/修复");
        bodies.Add("no pusher", "refs/heads/plain", (p, _) => { p.Remove("pusher"); p["sender"] = null; });
        bodies.Add("form", "refs/heads/form", form: true);
        bodies.Add("created at an old commit", "refs/heads/back", after: old);
        bodies.Add("deploy key", "refs/heads/main", (p, _) => p["pusher"] = new JsonObject { ["name"] = "cases", ["email"] = null });
        bodies.Raw("NUL in the branch", "refs/heads/aXXb", "XX", "\\u0000"u8.ToArray());
        bodies.Raw("NUL in the tag", "refs/tags/aXXb", "XX", "\\u0000"u8.ToArray());
        bodies.Add("NUL in the pusher", "refs/heads/main", (p, _) => p["pusher"] = new JsonObject { ["name"] = "a\0b" });
        bodies.Raw("lone surrogate", "refs/heads/aXXb", "XX", "\\ud800"u8.ToArray());
        bodies.Raw("lone low surrogate", "refs/heads/aXXb", "XX", "\\udc00"u8.ToArray());
        bodies.Raw("surrogates the wrong way round", "refs/heads/aXXb", "XX", "\\udc00\\ud800"u8.ToArray());
        bodies.Raw("surrogate in UTF-8", "refs/heads/aXXb", "XX", [0xED, 0xA0, 0x80]);
        bodies.Raw("Latin-1", "refs/heads/aXXb", "XX", [0xE9]);
        bodies.Raw("overlong", "refs/heads/aXXb", "XX", [0xC0, 0x80]);
    }

    private static void AddNames(Bodies bodies, string sha)
    {
        bodies.Add("SHA-256", "refs/heads/main", after: sha + new string('0', 24));
        bodies.Add("short id", "refs/heads/main", after: sha[..12]);
        bodies.Add("upper case id", "refs/heads/main", after: sha.ToUpperInvariant());
        bodies.Add("5000 characters", "refs/heads/" + new string('x', 5000));
        bodies.Add("space", "refs/heads/sp ace");
        bodies.Add("two dots", "refs/heads/a..b");
        bodies.Add("star", "refs/heads/*");
        bodies.Add("colon", "refs/heads/a:b");
        bodies.Add("caret", "refs/heads/a^b");
        bodies.Add("lock", "refs/heads/a.lock");
        bodies.Add("reflog", "refs/heads/a@{1}");
        bodies.Add("slash at the end", "refs/heads/a/");
        bodies.Add("two slashes", "refs/heads/a//b");
        bodies.Add("only heads", "refs/heads/");
        bodies.Add("no refs", "main");
        bodies.Add("empty ref", "");
        bodies.Add("line end", "refs/heads/a\nb");
        bodies.Add("option", "--upload-pack=x");
        bodies.Add("minus", "refs/heads/-x");
        bodies.Add("tag", "refs/tags/v1");
        bodies.Add("tag gone", "refs/tags/v1", (p, _) => p["deleted"] = true, after: Zero, before: sha);
        bodies.Add("note", "refs/notes/commits");
        bodies.Add("pull request", "refs/pull/1/head");
    }

    private static void AddMoves(Bodies bodies, string sha, string old)
    {
        bodies.Add("merge queue, gone", $"refs/heads/gh-readonly-queue/main/pr-1-{sha}");
        bodies.Add("commit that never was", "refs/heads/main", after: One, before: sha);
        bodies.Add("before that never was", "refs/heads/raw", before: One);
        bodies.Add("id of a tree", "refs/heads/main", after: "4b825dc642cb6eb9a060e54bf8d69288fbee4904", before: sha);
        bodies.Add("deleted and never there", "refs/heads/never", (p, _) => p["deleted"] = true, after: Zero, before: sha);
        bodies.Add("deleted and still there", "refs/heads/main", (p, _) => p["deleted"] = true, after: Zero, before: sha);
        bodies.Add("zeros twice", "refs/heads/main", after: Zero);
        bodies.Add("deleted with a commit", "refs/heads/main", (p, _) => p["deleted"] = true);
        bodies.Add("forced", "refs/heads/main", (p, _) => p["forced"] = true, before: old);
        bodies.Add("forced is a text", "refs/heads/main", (p, _) => p["forced"] = "yes");
        bodies.Add("no after", "refs/heads/main", (p, _) => p.Remove("after"));
        bodies.Add("after is a number", "refs/heads/main", (p, _) => p["after"] = 7);
        bodies.Add("ref is a list", "refs/heads/main", (p, _) => p["ref"] = new JsonArray("refs/heads/main"));
    }

    private static void AddFields(Bodies bodies)
    {
        bodies.Add("dates are numbers", "refs/heads/main", (_, r) => { r["created_at"] = 1500000000; r["pushed_at"] = "2020-13-45"; });
        bodies.Add("renamed", "refs/heads/main", (_, r) => { r["name"] = "hooks-renamed"; r["full_name"] = "tests/hooks-renamed"; });
        bodies.Add("other default branch", "refs/heads/main", (_, r) => r["default_branch"] = "develop");
        bodies.Add("odd default branch", "refs/heads/main", (_, r) => r["default_branch"] = "a b");
        bodies.Add("odd name", "refs/heads/main", (_, r) => r["full_name"] = "we ird/na#me");
        bodies.Add("name of 300 characters", "refs/heads/main", (_, r) => r["full_name"] = "tests/" + new string('n', 300));
        bodies.Add("no repository", "refs/heads/main", (p, _) => p.Remove("repository"));
        bodies.Add("no number", "refs/heads/main", (_, r) => r.Remove("id"));
        bodies.Add("number as text", "refs/heads/main", (_, r) => r["id"] = "7");
        bodies.Add("half a number", "refs/heads/main", (_, r) => r["id"] = 7.5);
        bodies.Add("too large a number", "refs/heads/main", (_, r) => r["id"] = JsonNode.Parse("99999999999999999999"));
    }

    private static Tree Files => new()
    {
        { ".pipeline.yaml", "resources: { cpus: 0.05, memory: 64MB }\nsteps: [{ run: 'echo b=$PIPELINE_BRANCH' }]\n" },
    };

    private Task<string> SendAsync(byte[] json, bool form) => form
        ? HookSender.SendAsync(
            pipeline, Encoding.ASCII.GetBytes("payload=" + Uri.EscapeDataString(Encoding.UTF8.GetString(json))),
            "application/x-www-form-urlencoded")
        : HookSender.SendAsync(pipeline, json);

    private async Task<JsonElement> EndedAsync(string what, string id) => await Eventually.BecomesAsync(
        async () => (await pipeline.GetAsync($"/api/v1/deliveries/{id}"))!.Value.GetProperty("delivery"),
        d => d.GetProperty("state").GetString() != "received", TimeSpan.FromSeconds(20), $"the delivery '{what}' ended");

    private static string Short(string text, string sha, ByteRepository repository) =>
        text.Replace(sha, "<sha>", StringComparison.Ordinal).Replace(sha[..7], "<short>", StringComparison.Ordinal)
            .Replace($"{repository.ForgeId}", "<number>", StringComparison.Ordinal) is { Length: > 150 } l ? $"{l[..100]}… ({l.Length})"
        : text.Replace(sha, "<sha>", StringComparison.Ordinal).Replace(sha[..7], "<short>", StringComparison.Ordinal);

    private const string Ends = """
        UTF-8 as it is: processed | head moved | refs/heads/feature/überprüfung
        UTF-8 escaped: processed | head moved | refs/heads/修复
        no pusher: processed | head moved | refs/heads/plain
        form: processed | head moved | refs/heads/form
        created at an old commit: processed | head moved | refs/heads/back
        deploy key: processed | head moved | refs/heads/main
        NUL in the branch: rejected | ref holds a NUL. |
        NUL in the tag: rejected | ref holds a NUL. |
        NUL in the pusher: rejected | name holds a NUL. |
        lone surrogate: rejected | ref is not Unicode text. |
        lone low surrogate: rejected | ref is not Unicode text. |
        surrogates the wrong way round: rejected | ref is not Unicode text. |
        surrogate in UTF-8: rejected | ref is not Unicode text. |
        Latin-1: rejected | ref is not Unicode text. |
        overlong: rejected | ref is not Unicode text. |
        SHA-256: rejected | after is not a commit: '<sha>000000000000000000000000'. |
        short id: rejected | after is not a commit: '<short>5c5e8'. |
        upper case id: processed | pushed to this branch before | refs/heads/main
        5000 characters: rejected | ref is not a name that git allows. |
        space: rejected | ref is not a name that git allows. |
        two dots: rejected | ref is not a name that git allows. |
        star: rejected | ref is not a name that git allows. |
        colon: rejected | ref is not a name that git allows. |
        caret: rejected | ref is not a name that git allows. |
        lock: rejected | ref is not a name that git allows. |
        reflog: rejected | ref is not a name that git allows. |
        slash at the end: rejected | ref is not a name that git allows. |
        two slashes: rejected | ref is not a name that git allows. |
        only heads: rejected | ref is not a name that git allows. |
        no refs: rejected | ref is not a name that git allows. |
        empty ref: rejected | ref is missing. |
        line end: rejected | ref is not a name that git allows. |
        option: rejected | ref is not a name that git allows. |
        minus: processed | the branch was deleted since | refs/heads/-x
        tag: ignored | refs/tags/v1 is not a branch: nothing to build | refs/tags/v1
        tag gone: ignored | refs/tags/v1 is not a branch: nothing to build | refs/tags/v1
        note: ignored | refs/notes/commits is not a branch: nothing to build | refs/notes/commits
        pull request: ignored | refs/pull/1/head is not a branch: nothing to build | refs/pull/1/head
        merge queue, gone: processed | the branch was deleted since | refs/heads/gh-readonly-queue/main/pr-1-<sha>
        commit that never was: processed | 1111111 is no longer on the remote | refs/heads/main
        before that never was: processed | head moved | refs/heads/raw
        id of a tree: processed | 4b825dc is no longer on the remote | refs/heads/main
        deleted and never there: processed | branch unknown or deleted before | refs/heads/never
        deleted and still there: processed | the branch exists again at <short> | refs/heads/main
        zeros twice: processed | the branch exists again at <short> | refs/heads/main
        deleted with a commit: processed | pushed to this branch before | refs/heads/main
        forced: processed | pushed to this branch before | refs/heads/main
        forced is a text: processed | pushed to this branch before | refs/heads/main
        no after: processed | the branch exists again at <short> | refs/heads/main
        after is a number: processed | the branch exists again at <short> | refs/heads/main
        ref is a list: rejected | ref is missing. |
        dates are numbers: processed | pushed to this branch before | refs/heads/main
        renamed: processed | pushed to this branch before | refs/heads/main
        other default branch: processed | pushed to this branch before | refs/heads/main
        odd default branch: rejected | repository.default_branch is not a name that git allows. |
        odd name: rejected | repository.full_name is missing or not owner/name. |
        name of 300 characters: rejected | repository.full_name is missing or not owner/name. |
        no repository: rejected | repository is missing. |
        no number: rejected | repository.id is missing or no number. |
        number as text: rejected | repository.id is missing or no number. |
        half a number: rejected | repository.id is missing or no number. |
        too large a number: rejected | repository.id is missing or no number. |
        key twice: processed | pushed to this branch before | refs/heads/main
        """;
}
