using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;

namespace Pipeline.EndToEnd.Cases;

/// <summary>Commits as other programs wrote them: dates that are none, texts in any encoding or of any length.</summary>
[Collection(CasesCollection.Name)]
public sealed class CommitCases(CasesPipeline fixture)
{
    private const string Steps = """
        resources: { cpus: 0.05, memory: 64MB }
        steps:
          - run: |
              echo "date=$SOURCE_DATE_EPOCH $PIPELINE_COMMIT_TIMESTAMP"
              printf %s "$PIPELINE_COMMIT_MESSAGE" >m
              echo "text=$PIPELINE_COMMIT_AUTHOR: $(head -c 40 m | tr '\n\r' '|~'), $(wc -c <m), $(tail -c 4 m | od -An -tx1)"
        """;

    // Author and committer end in it; and what a step reads.
    private static readonly (string Date, string Read)[] Dates =
    [
        ("1312735823 +051800", "1312735823 2011-08-07T16:50:23Z"),
        ("1312735823 -7300", "1312735823 2011-08-07T16:50:23Z"),
        ("1312735823 +1500", "1312735823 2011-08-07T16:50:23Z"),
        ("253402300800 +0000", "253402300799 9999-12-31T23:59:59Z"),
        ("253402300799 -1200", "253402300799 9999-12-31T23:59:59Z"),
        ("1099511627776 +0000", "253402300799 9999-12-31T23:59:59Z"),
        ("-1 +0000", "-1 1969-12-31T23:59:59Z"),
        ("0 +0000", "0 1970-01-01T00:00:00Z"),
        ("9223372036854775807 +0000", "253402300799 9999-12-31T23:59:59Z"),
        ("9223372036854775808 +0000", "0 1970-01-01T00:00:00Z"),
        ("-62135596801 +0000", "-62135596800 0001-01-01T00:00:00Z"),
        ("1312735823", "1312735823 2011-08-07T16:50:23Z"),
        ("4102444800 +0000", "4102444800 2100-01-01T00:00:00Z"),
        ("1312735823 UTC", "1312735823 2011-08-07T16:50:23Z"),
        ("", "0 1970-01-01T00:00:00Z"),
        ("soon +0000", "0 1970-01-01T00:00:00Z"),
        ("0x10 +0000", "0 1970-01-01T00:00:00Z"),
        ("1312735823  +0100", "1312735823 2011-08-07T16:50:23Z"),
    ];

    private static readonly (string What, string Author, string Headers, string Message)[] Texts =
    [
        ("Latin-1", "J\uDCF6rg", "", "caf\uDCE9 gr\uDCFC\uDCDFe\n"),
        ("Latin-1 that says so", "J\uDCF6rg", "encoding ISO-8859-1\n", "caf\uDCE9\n"),
        ("duck at the cut", "T", "", "subject\n\n" + new string('a', 8182) + string.Concat(Enumerable.Repeat("🦆", 20))),
        ("1 MB", "T", "", "subject\n\n" + new string('x', 1_000_000)),
        ("nothing", "T", "", ""),
        ("no author", "", "", "msg\n"),
        ("controls", "T", "", "red \u001b[31mx\u001b[0m\r\nsecond\u0007\n"),
        ("unknown encoding", "T", "encoding x-nonsense\n", "caf\uDCE9\n"),
        ("signature", "T", "gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n", "msg\n"),
        ("surrogate in UTF-8", "T", "", "x\uDCED\uDCA0\uDC80y\n"),
        ("100 kB in a line", "T", "", new string('y', 100_000)),
        ("Shift_JIS", "T", "encoding Shift_JIS\n", "\uDC83e\uDC83X\uDC83g\n"),
        ("windows-1251", "\uDCC8\uDCE2\uDCE0\uDCED", "encoding windows-1251\n", "\uDCCF\uDCF0\uDCE8\uDCE2\uDCE5\uDCF2\n"),
        ("GB18030", "T", "encoding GB18030\n", "\uDCD6\uDCD0\uDCCE\uDCC4\n"),
        ("Latin-9", "T", "encoding iso8859-15\n", "5 \uDCA4\n"),
        ("UTF-16 that is none", "T", "encoding UTF-16\n", "abc\n"),
        ("UTF-7", "T", "encoding UTF-7\n", "a+AOk-\n"),
        ("encoding without a name", "T", "encoding \n", "caf\uDCE9\n"),
        ("NUL", "T", "", "before\0after\n"),
        ("overlong", "T", "", "a\uDCC0\uDC80b\n"),
        ("byte order mark", "T", "", "\uFEFFmark\n"),
        ("right to left", "\u202Eevil", "", "\u202Egpj.exe\n"),
        ("blank lines first", "T", "", "\n\n  \nsubject\nmore\n\nbody\n"),
        ("bracket in the name", "A <B> C", "", "msg\n"),
    ];

    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task A_commit_of_any_date_is_built()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "dates");

        var built = await BuildAsync(
            repository, Dates.Select(d => repository.CommitOf(Files, $"T <t@a.test> {d.Date}", $"T <t@a.test> {d.Date}", "Date\n")));

        Outcomes.Are(
            string.Join('\n', Dates.Select(d => $"{d.Date}: {d.Read}")),
            Dates.Zip(built, (d, b) => $"{d.Date}: {b.Line("date=")}"));
    }

    [Fact]
    public async Task A_commit_of_any_text_is_built_and_its_text_is_readable()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "texts");

        var built = await BuildAsync(
            repository,
            Texts.Select(t => repository.CommitOf(
                Files, $"{t.Author} <t@example.test> 1312735823 +0000", ByteRepository.Person, t.Message, t.Headers)));

        Outcomes.Are(
            Readable,
            Texts.Zip(built, (t, b) => $"{t.What}: {b.Line("text=")}"));
        foreach (var (_, build) in built)
        {
            var page = await pipeline.Http.GetAsync($"/repos/tests/texts/commits/{build.GetProperty("sha").GetString()}");
            Assert.True(page.IsSuccessStatusCode);
        }
    }

    [Fact]
    public async Task A_bad_date_far_below_the_head_of_a_new_branch_stops_neither_it_nor_the_next_push()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "deep");
        var old = repository.Commit(Files);
        var bad = repository.CommitOf(Files, "T <t@example.test> 999999999999999 +0000", ByteRepository.Person, "Bad clock\n", "", old);
        var worse = repository.CommitOf(Files, "T <t@example.test> tomorrow", "T", "Worse clock\n", "", bad);
        var head = Enumerable.Range(0, 40).Aggregate(worse, (parent, i) => repository.Commit(Files, $"Good {i}\n", parent));
        await repository.PushAsync(("main", head));
        await repository.BuildsAsync(head);
        var next = repository.Commit(Files, "Next\n", head);

        await repository.PushAsync(("main", next));

        Assert.All(await repository.BuildsAsync(head, next), b => Assert.Equal("succeeded", b.GetProperty("state").GetString()));
        Assert.Equal(44, (await repository.ListAsync($"/api/v1/repositories/{repository.Id}/commits")).Count);
    }

    private static Tree Files => new() { { ".pipeline.yaml", Steps } };

    // A branch for each; all at once.
    private static async Task<IReadOnlyList<Built>> BuildAsync(ByteRepository repository, IEnumerable<string> commits)
    {
        var pushed = commits.Select((sha, i) => (Ref: $"b{i}", Sha: sha)).ToArray();
        await repository.PushAsync(pushed);
        var deliveries = await repository.DeliveriesAsync(pushed.Length);
        Assert.All(deliveries.Values, d => Assert.Equal("head moved", d.GetProperty("outcome").GetString()));
        var built = new List<Built>();
        foreach (var build in await repository.BuildsAsync(pushed.Select(p => p.Sha)))
            built.Add(new(Raw.Text(await repository.LogAsync(build)), build));
        return built;
    }

    private sealed record Built(string Log, JsonElement Build)
    {
        public string Line(string start) => Log.Split('\n').FirstOrDefault(l => l.StartsWith(start,
            StringComparison.Ordinal))?[start.Length..]
            ?? $"{Build.GetProperty("state").GetString()} {Build.GetProperty("reason").GetString()}";
    }

    private const string Readable = """
        Latin-1: Jörg <t@example.test>: café grüße|, 14,  c3 9f 65 0a
        Latin-1 that says so: Jörg <t@example.test>: café|, 6,  66 c3 a9 0a
        duck at the cut: T <t@example.test>: subject||aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa, 8191,  61 61 61 61
        1 MB: T <t@example.test>: subject||xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, 8192,  78 78 78 78
        nothing: T <t@example.test>: , 0,
        no author:  <t@example.test>: msg|, 4,  6d 73 67 0a
        controls: T <t@example.test>: red \u001B[31mx\u001B[0m~|second\u0007|, 24,  6e 64 07 0a
        unknown encoding: T <t@example.test>: café|, 6,  66 c3 a9 0a
        signature: T <t@example.test>: msg|, 4,  6d 73 67 0a
        surrogate in UTF-8: T <t@example.test>: xí €y|, 10,  82 ac 79 0a
        100 kB in a line: T <t@example.test>: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy, 8192,  79 79 79 79
        Shift_JIS: T <t@example.test>: テスト|, 10,  e3 83 88 0a
        windows-1251: Иван <t@example.test>: Привет|, 13,  b5 d1 82 0a
        GB18030: T <t@example.test>: 中文|, 7,  e6 96 87 0a
        Latin-9: T <t@example.test>: 5 €|, 6,  e2 82 ac 0a
        UTF-16 that is none: T <t@example.test>: abc|, 4,  61 62 63 0a
        UTF-7: T <t@example.test>: a+AOk-|, 7,  4f 6b 2d 0a
        encoding without a name: T <t@example.test>: café|, 6,  66 c3 a9 0a
        NUL: T <t@example.test>: before, 6,  66 6f 72 65
        overlong: T <t@example.test>: aÀ€b|, 8,  82 ac 62 0a
        byte order mark: T <t@example.test>: \uFEFFmark|, 8,  61 72 6b 0a
        right to left: \u202Eevil <t@example.test>: \u202Egpj.exe|, 11,  65 78 65 0a
        blank lines first: T <t@example.test>:   |subject|more||body|, 22,  6f 64 79 0a
        bracket in the name: A <B> C <t@example.test>: msg|, 4,  6d 73 67 0a
        """;
}
