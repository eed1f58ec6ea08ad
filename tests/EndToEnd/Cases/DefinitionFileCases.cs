using System.Text;
using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;

namespace Pipeline.EndToEnd.Cases;

/// <summary>The file <c>.pipeline.yaml</c> as editors, shells and other systems write it.</summary>
[Collection(CasesCollection.Name)]
public sealed class DefinitionFileCases(CasesPipeline fixture)
{
    private const string Two = "steps:\n  - run: |\n      echo one\n      echo two\n";
    private const string Cheap = "resources: { cpus: 0.05, memory: 64MB }\n";
    private const string Good = Cheap + Two;

    private static readonly (string What, Tree Files)[] Files =
    [
        ("link to a file", new() { { ".pipeline.yaml", Entry.Link("ci/p.yaml") }, { "ci/p.yaml", Good } }),
        ("link over links", new()
        {
            { ".pipeline.yaml", Entry.Link("ci/../a") }, { "a", Entry.Link("./ci/b") }, { "ci/b", Entry.Link("p.yaml") }, { "ci/p.yaml",
                Good },
        }),
        ("link through a linked folder", new() { { ".pipeline.yaml", Entry.Link("ci/p.yaml") }, { "ci", Entry.Link("real") },
            { "real/p.yaml", Good } }),
        ("link to nowhere", new() { { ".pipeline.yaml", Entry.Link("gone") } }),
        ("link to itself", new() { { ".pipeline.yaml", Entry.Link(".pipeline.yaml") } }),
        ("link out", new() { { ".pipeline.yaml", Entry.Link("../x") } }),
        ("link to a file of the server", new() { { ".pipeline.yaml", Entry.Link("/etc/passwd") } }),
        ("link to a folder", new() { { ".pipeline.yaml", Entry.Link("ci") }, { "ci/p.yaml", Good } }),
        ("link below a file", new() { { ".pipeline.yaml", Entry.Link("f/p.yaml") }, { "f", Good } }),
        ("link to a name in Latin-1", new() { { ".pipeline.yaml", Entry.Link("caf\uDCE9") }, { "caf\uDCE9", Good } }),
        ("UTF-16LE", Wide(new UnicodeEncoding(false, true))),
        ("UTF-16BE", Wide(new UnicodeEncoding(true, true))),
        ("UTF-16LE without a mark", Wide(new UnicodeEncoding(false, false))),
        ("UTF-16BE without a mark", Wide(new UnicodeEncoding(true, false))),
        ("UTF-32LE", Wide(new UTF32Encoding(false, true))),
        ("UTF-32BE", Wide(new UTF32Encoding(true, true))),
        ("UTF-32LE without a mark", Wide(new UTF32Encoding(false, false))),
        ("UTF-8 with a mark", Text("\uFEFF" + Good)),
        ("two marks", Text("\uFEFF\uFEFF" + Good)),
        ("CRLF", Text(Good.Replace("\n", "\r\n", StringComparison.Ordinal))),
        ("CR only", Text(Good.Replace('\n', '\r'))),
        ("mixed line ends", Text(Good.Replace("one\n", "one\r\n", StringComparison.Ordinal))),
        ("Latin-1", Text("# caf\uDCE9\nsteps:\n  - run: echo gr\uDCFCn\n")),
        ("UTF-7", Text("+AHM-teps: [{ run: a }]\n")),
        ("overlong", Text("steps: [{ run: 'a\uDCC0\uDC80b' }]\n")),
        ("surrogate in UTF-8", Text("steps: [{ run: 'a\uDCED\uDCA0\uDC80b' }]\n")),
        ("NUL", Text("steps: [{ run: 'a\0b' }]\n")),
        ("NUL escape", Text("steps:\n  - run: \"a\\u0000b\"\n")),
        ("surrogate escape", Text("steps:\n  - run: \"a\\uD800b\"\n")),
        ("bell", Text("steps:\n  - run: echo \u0007\n")),
        ("next line and paragraph separator", Text(Cheap + "steps:\n  - run: echo 🦆 \"\u2028\" x\n")),
        ("no-break space for indentation", Text("steps:\n\u00a0\u00a0- run: a\n")),
        ("folder", new() { { ".pipeline.yaml/x", Good } }),
        ("submodule", new() { { ".pipeline.yaml", Entry.Submodule(new string('1', 40)) } }),
        ("empty", Text("")),
        ("comments only", Text("# only a comment\n\n")),
        ("null", Text("~\n")),
        ("text", Text("build it\n")),
        ("list", Text("- run: a\n")),
        ("LFS pointer", Text($"version https://git-lfs.github.com/spec/v1\noid sha256:{new string('4', 64)}\nsize 12345\n")),
        ("HTML", Text("<!DOCTYPE html>\n<html><body>404</body></html>\n")),
        ("conflict", Text("<<<<<<< HEAD\nsteps: [{ run: a }]\n=======\nsteps: [{ run: b }]\n>>>>>>> topic\n")),
        ("document markers", Text($"---\n{Good}...\n")),
        ("two documents", Text($"---\n{Good}---\n{Good}")),
        ("YAML 1.2", Text($"%YAML 1.2\n---\n{Good}")),
        ("YAML 1.1", Text($"%YAML 1.1\n---\n{Good}")),
        ("YAML 3.0", Text($"%YAML 3.0\n---\n{Good}")),
        ("tag directive", Text($"%TAG ! tag:example.test,2000:\n---\n{Good}")),
        ("tab", Text("steps:\n\t- run: echo x\n")),
        ("tab in a block", Text("steps:\n  - run: |\n\t  echo x\n")),
        ("JSON", Text("{\"steps\":[{\"run\":\"echo json\"}],\"resources\":{\"cpus\":0.05,\"memory\":\"64MB\"}}")),
        ("wrong case", new() { { ".Pipeline.yaml", Good } }),
        ("the other spelling", new() { { ".pipeline.yml", Good } }),
        ("both spellings", new() { { ".pipeline.yaml", Good }, { ".pipeline.yml", "no" } }),
        ("nothing", new() { { "readme", "hello" } }),
        ("no files at all", []),
        ("too large", Text("# " + new string('x', 1_100_000) + "\n" + Good)),
        ("far too large", Text("# " + new string('x', 5_000_000) + "\n" + Good)),
        ("executable", new() { { ".pipeline.yaml", Entry.Program(Good) } }),
        ("cron of Jenkins", Text(Cron("H 3 * * *"))),
        ("module at a link", Module("lnk")),
        ("module below a link", Module("lnk/sub")),
        ("module at a file", Module("afile")),
        ("module below a file", Module("afile/x")),
        ("module in another case", Module("REAL")),
        ("module at a submodule", Module("sub")),
        ("module in a submodule", Module("sub/x")),
        ("module at nothing", Module("none")),
        ("module beside the submodule", Module("real")),
    ];

    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task A_definition_is_read_as_it_is_meant_or_refused_for_its_true_reason()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "definitions");
        var pushed = Files.Select((f, i) => (Ref: $"b{i}", Sha: repository.Commit(f.Files, $"{f.What}\n"))).ToArray();
        await repository.PushAsync(pushed);
        var deliveries = await repository.DeliveriesAsync(pushed.Length);
        Assert.All(deliveries.Values, d => Assert.Equal("head moved", d.GetProperty("outcome").GetString()));
        await repository.BuildsAsync(pushed.Select(p => p.Sha));

        var seen = new List<string>();
        foreach (var (file, push) in Files.Zip(pushed))
            seen.Add($"{file.What}: {await OutcomeAsync(repository, await repository.BuildAsync(push.Sha))}");

        Outcomes.Are(
            Meant,
            seen);
    }

    private async Task<string> OutcomeAsync(ByteRepository repository, JsonElement detail)
    {
        var build = detail.GetProperty("build");
        if (build.GetProperty("state").GetString() == "succeeded")
        {
            var module = detail.GetProperty("modules")[0].GetProperty("name").GetString()!;
            var log = Raw.Text(await repository.LogAsync(detail, module));
            return string.Join(", ", log.Split('\n').Where(l => l.Length > 0 && l[0] != '+'));
        }

        var problems = detail.GetProperty("problems").EnumerateArray().ToList();
        if (problems.Count == 0)
            return $"{build.GetProperty("failureClass").GetString()}: {build.GetProperty("reason").GetString()}";
        var page = await pipeline.Http.GetStringAsync($"/repos/tests/{repository.Name}/commits/{build.GetProperty("sha").GetString()}");
        var first = problems[0];
        var message = first.GetProperty("message").GetString()!;
        Assert.Contains(message, System.Net.WebUtility.HtmlDecode(page));
        return $"{first.GetProperty("line")}:{first.GetProperty("column")} {message} {first.GetProperty("hint").GetString()}";
    }

    private static Tree Text(string definition) => new() { { ".pipeline.yaml", definition } };

    private static Tree Wide(Encoding encoding) =>
        new() { { ".pipeline.yaml", Entry.Bytes([.. encoding.GetPreamble(), .. encoding.GetBytes(Good)]) } };

    private static string Cron(string schedule) =>
        $"steps: [{{ run: a }}]\nartifacts: [{{ name: k, path: o }}]\n"
        + $"deployables: {{ k: {{ kind: cron, artifact: k, run: 'true', schedule: '{schedule}' }} }}\n";

    private static Tree Module(string path) => new()
    {
        {
            ".pipeline.yaml",
            $"modules: {{ m: {{ path: {path}, steps: [{{ run: ls }}], resources: {{ cpus: 0.05, memory: 64MB }} }} }}\n"
        },
        { "lnk", Entry.Link("real") }, { "real/sub/f", "1" }, { "afile", "1" }, { "sub", Entry.Submodule(new string('1', 40)) },
    };

    private const string Meant = """
        link to a file: one, two
        link over links: one, two
        link through a linked folder: one, two
        link to nowhere: 1:1 This is a symbolic link that cannot be followed: it leads to 'gone', which is not in the repository at this…
        link to itself: 1:1 This is a symbolic link that cannot be followed: it leads round in a circle, or over too many others. Make it…
        link out: 1:1 This is a symbolic link that cannot be followed: it leads to '../x', which is outside of the repository. Make it a…
        link to a file of the server: 1:1 This is a symbolic link that cannot be followed: it leads to '/etc/passwd', which is outside of…
        link to a folder: 1:1 This is a folder, not a file. Make it a file of at most 1 MiB; move scripts into files of their own.
        link below a file: 1:1 This is a symbolic link that cannot be followed: it leads to 'f/p.yaml', which is not in the repository at…
        link to a name in Latin-1: 1:1 This is a symbolic link that cannot be followed: it leads to 'caf\xE9', a name that is not UTF-8.…
        UTF-16LE: 1:1 The file is UTF-16 (little-endian) text, not UTF-8 (as PowerShell's > writes it). Save the file as UTF-8.
        UTF-16BE: 1:1 The file is UTF-16 (big-endian) text, not UTF-8. Save the file as UTF-8.
        UTF-16LE without a mark: 1:1 The file is UTF-16 (little-endian) text, not UTF-8 (as PowerShell's > writes it). Save the file as U…
        UTF-16BE without a mark: 1:1 The file is UTF-16 (big-endian) text, not UTF-8. Save the file as UTF-8.
        UTF-32LE: 1:1 The file is UTF-32 text, not UTF-8. Save the file as UTF-8.
        UTF-32BE: 1:1 The file is UTF-32 text, not UTF-8. Save the file as UTF-8.
        UTF-32LE without a mark: 1:1 The file is UTF-32 text, not UTF-8. Save the file as UTF-8.
        UTF-8 with a mark: one, two
        two marks: one, two
        CRLF: one, two
        CR only: one, two
        mixed line ends: one, two
        Latin-1: 1:6 The file is not UTF-8 text: the byte 0xE9 here is not part of it. Save the file as UTF-8.
        UTF-7: 1:1 The file has no key '+AHM-teps'. Known are modules, deployables, path, depends_on, image, resources, timeout, env, ste…
        overlong: 1:18 The file is not UTF-8 text: the byte 0xC0 here is not part of it. Save the file as UTF-8.
        surrogate in UTF-8: 1:18 The file is not UTF-8 text: the byte 0xED here is not part of it. Save the file as UTF-8.
        NUL: 1:18 The file holds a NUL character. Save it as UTF-8 text.
        NUL escape: 2:10 The text holds a NUL character, which cannot be stored. Remove the escape \0, \x00 or \u0000.
        surrogate escape: 2:10 This is not YAML: While scanning a quoted scalar, found invalid Unicode surrogates. Indent by spaces and q…
        bell: \u0007
        next line and paragraph separator: 🦆 \u2028 x
        no-break space for indentation: 1:7 'steps' must be a list, not nothing. Begin each item with '- '.
        folder: 1:1 This is a folder, not a file. Make it a file of at most 1 MiB; move scripts into files of their own.
        submodule: 1:1 This is a submodule, not a file. Make it a file of at most 1 MiB; move scripts into files of their own.
        empty: 1:1 The file is empty. Write at least: steps: [{ name: test, run: ./test.sh }]
        comments only: 1:1 The file is empty. Write at least: steps: [{ name: test, run: ./test.sh }]
        null: 1:1 The file is empty. Write at least: steps: [{ name: test, run: ./test.sh }]
        text: 1:1 The file must be a map with 'modules' or 'steps', not 'build it'.
        list: 1:1 The file must be a map with 'modules' or 'steps', not a list.
        LFS pointer: 1:1 This is a pointer of Git LFS, not the file itself. Keep the definition out of LFS (.gitattributes).
        HTML: 1:1 The file must be a map with 'modules' or 'steps', not '<!DOCTYPE html> <html><body>404</body></html>'.
        conflict: 1:1 A merge conflict was committed here. Resolve it, and remove its markers.
        document markers: one, two
        two documents: 7:1 The file holds more than one YAML document. Remove the line '---'.
        YAML 1.2: one, two
        YAML 1.1: one, two
        YAML 3.0: 1:1 This is not YAML: Found incompatible YAML document. Indent by spaces and quote texts with ':' or '#'.
        tag directive: one, two
        tab: 2:1 This is not YAML: While scanning a mapping, found invalid tab as indentation. Indent by spaces and quote texts with ':'…
        tab in a block: 3:1 This is not YAML: While scanning a mapping, found invalid tab as indentation. Indent by spaces and quote text…
        JSON: json
        wrong case: 1:1 There is no .pipeline.yaml at this commit, so nothing says how to build it. Add one with at least: steps: [{ name…
        the other spelling: one, two
        both spellings: one, two
        nothing: 1:1 There is no .pipeline.yaml at this commit, so nothing says how to build it. Add one with at least: steps: [{ name: t…
        no files at all: 1:1 There is no .pipeline.yaml at this commit, so nothing says how to build it. Add one with at least: steps: [{…
        too large: 1:1 The file has 1,100,091 characters; at most 1,048,576 are read. Move scripts into files of their own.
        far too large: 1:1 This is too large to be a definition: it has 5,000,091 bytes. Make it a file of at most 1 MiB; move scripts in…
        executable: one, two
        cron of Jenkins: 3:69 'H 3 * * *' leaves a time to be chosen by H, as in Jenkins: write the number that it shall be. For example…
        module at a link: 1:23 There is no folder 'lnk' in the repository at this commit. Paths are relative to the repository; a file or…
        module below a link: 1:23 There is no folder 'lnk/sub' in the repository at this commit. Paths are relative to the repository; a…
        module at a file: 1:23 There is no folder 'afile' in the repository at this commit. Paths are relative to the repository; a file…
        module below a file: 1:23 There is no folder 'afile/x' in the repository at this commit. Paths are relative to the repository; a…
        module in another case: 1:23 There is no folder 'REAL' in the repository at this commit. Paths are relative to the repository; a…
        module at a submodule: config: m: The submodule 'sub' is another repository, which is not fetched: the build would find an empty…
        module in a submodule: 1:23 There is no folder 'sub/x' in the repository at this commit. Paths are relative to the repository; a…
        module at nothing: 1:23 There is no folder 'none' in the repository at this commit. Paths are relative to the repository; a file…
        module beside the submodule: sub
        """;
}
