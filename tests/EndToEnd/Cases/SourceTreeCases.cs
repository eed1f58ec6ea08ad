using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;
using Pipeline.Kernel.Postgres;

namespace Pipeline.EndToEnd.Cases;

/// <summary>What stands in the workspace of a step is what <c>git clone</c> writes.</summary>
[Collection(CasesCollection.Name)]
public sealed class SourceTreeCases(CasesPipeline fixture)
{
    // Kind, who may run it, name, where a link leads; then the bytes of every file.
    private const string List = """
        find . -mindepth 1 ! -path './.git' ! -path './.git/*' -printf '%y ' \
          \( -perm -u+x -printf x -o -printf - \) -printf ' %p -> %l\0' | sort -z
        find . -type f ! -path './.git/*' ! -name .pipeline.yaml -print0 | sort -z | xargs -0 sha256sum -z
        """;

    private static readonly string Deep = string.Concat(Enumerable.Repeat("dir/", 40)) + string.Concat(Enumerable.Repeat(new string('x',
        100) + "/", 3));

    private const string App = """
        modules:
          app:
            path: app
            resources: { cpus: 0.05, memory: 64MB }
            steps: [{ run: 'printf "[%s]\n" "$(head -c 60 x.sh | od -An -c | tr -s " \n" " ")"' }]
        """;

    private const string Inner = "steps: [{ run: ls -A }]\nresources: { cpus: 0.05, memory: 64MB }\n";
    private const string Gone = "1111111111111111111111111111111111111111";

    private static readonly (string What, Tree Files)[] Trees =
    [
        ("submodule", new() { { ".pipeline.yaml", Inner }, { ".gitmodules", "[submodule \"a\"]\n\tpath = a\n\turl = ../a.git\n" },
            { "a", Entry.Submodule(Gone) } }),
        ("submodule without .gitmodules", new() { { ".pipeline.yaml", Inner }, { "vendor/deep/a", Entry.Submodule(Gone) } }),
        ("two submodules", new() { { ".pipeline.yaml", Inner }, { "a", Entry.Submodule(Gone) }, { "b/c", Entry.Submodule(Gone) } }),
        ("submodule in Latin-1", new() { { ".pipeline.yaml", Inner }, { "caf\uDCE9", Entry.Submodule(Gone) } }),
        (".gitmodules without submodule", new() { { ".pipeline.yaml", Inner }, { ".gitmodules",
            "[submodule \"a\"]\n\tpath = a\n\turl = ../a.git\n" } }),
        ("submodule beside the module", new() { { ".pipeline.yaml",
            "modules: { build: { path: app, steps: [{ run: ls -A }], resources: { cpus: 0.05, memory: 64MB } } }\n" }, { "app/f",
            "1" }, { "a", Entry.Submodule(Gone) } }),
        ("folder .git", new() { { ".pipeline.yaml", Inner }, { ".git/config", "[core]\n" } }),
        ("file .git", new() { { ".pipeline.yaml", Inner }, { ".git", "gitdir: /etc\n" } }),
        ("folder ..", new() { { ".pipeline.yaml", Inner }, { "../evil", "1" } }),
        ("folder .", new() { { ".pipeline.yaml", Inner }, { "./evil", "1" } }),
        ("old mode", new() { { ".pipeline.yaml", Inner }, { "f", new Entry("100664", Raw.Bytes("1")) } }),
        ("mode 777", new() { { ".pipeline.yaml", Inner }, { "f", new Entry("100777", Raw.Bytes("1")) } }),
        ("link to a text with line ends", new() { { ".pipeline.yaml", Inner }, { "f", Entry.Link("a\nb") } }),
        ("empty link", new() { { ".pipeline.yaml", Inner }, { "f", Entry.Link("") } }),
        ("link of 5000 characters", new() { { ".pipeline.yaml", Inner }, { "f", Entry.Link(new string('x', 5000)) } }),
        ("link with NUL", new() { { ".pipeline.yaml", Inner }, { "f", Entry.Link("a\0b") } }),
        ("name of 256 bytes", new() { { ".pipeline.yaml", Inner }, { new string('n', 256), "1" } }),
        ("path of 5000 bytes", new() { { ".pipeline.yaml", Inner }, { string.Concat(Enumerable.Repeat(new string('d', 99) + "/",
            41)) + "f", "1" } }),
        ("link over a folder", new() { { ".pipeline.yaml", Inner }, { "a", Entry.Link("b") }, { "b/f", "1" } }),
    ];

    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task A_workspace_is_what_git_clone_writes()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "tree");
        var sha = repository.Commit(Files);
        await repository.PushAsync(("main", sha));

        var log = Raw.Text(await repository.LogAsync(await Succeeded(repository, sha)));

        var clone = Path.Combine(pipeline.Data, "work", "tree-clone");
        await ChildProcess.RunAsync("git", ["clone", "-q", $"file://{repository.Bare}", clone], CancellationToken.None, "/", Plain);
        var file = Path.Combine(pipeline.Data, "work", "list.sh");
        await File.WriteAllTextAsync(file, $"{{ {List}; }} | od -An -v -tx1 | tr -d ' \\n'\n");
        var expected = await ChildProcess.RunAsync("sh", [file], CancellationToken.None, clone);
        var seen = log[(log.IndexOf("\nBEGIN\n", StringComparison.Ordinal) + 7)..log.IndexOf("\nEND", StringComparison.Ordinal)];
        Assert.Equal(Names(expected.Output), Names(seen));
    }

    [Fact]
    public async Task A_change_of_the_attributes_above_a_module_reaches_its_files()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "attributes");
        string[] roots =
        [
            "*.sh text eol=crlf\n", "*.sh text eol=lf\n", "*.sh ident\n", "*.sh text working-tree-encoding=UTF-16LE-BOM\n",
            "*.sh export-ignore\n", "*.sh export-subst\n", "*.sh filter=lfs diff=lfs merge=lfs -text\n", "*.sh filter=none\n",
            "*.sh text working-tree-encoding=nonsense\n", "[attr]dos text eol=crlf\n*.sh dos\n", "*.sh text eol=cr\n",
        ];
        var pushed = roots.Select((root, i) => (Ref: $"a{i}", Sha: repository.Commit(new Tree
        {
            { ".pipeline.yaml", App },
            { ".gitattributes", root }, { "app/x.sh", "é $Id$ $Format:%H$\n" },
        }))).ToArray();
        await repository.PushAsync(pushed);

        var seen = new List<string>();
        foreach (var (root, build) in roots.Zip(await repository.BuildsAsync(pushed.Select(p => p.Sha))))
            seen.Add($"{root.TrimEnd()} → {await EndAsync(repository, build, "app")}");

        Outcomes.Are(
            Attributed,
            seen);
    }

    [Fact]
    public async Task A_tree_that_cannot_be_built_as_it_is_is_refused_in_words()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "trees");
        var pushed = Trees.Select((t, i) => (Ref: $"t{i}", Sha: repository.Commit(t.Files))).ToArray();
        await repository.PushAsync(pushed);

        var seen = new List<string>();
        foreach (var (tree, build) in Trees.Zip(await repository.BuildsAsync(pushed.Select(p => p.Sha))))
            seen.Add($"{tree.What}: {await EndAsync(repository, build)}");

        Outcomes.Are(
            Refused,
            seen);
    }

    private static readonly Tree Files = new()
    {
        {
            ".pipeline.yaml",
            $$"""
            resources: { cpus: 0.05, memory: 64MB }
            steps:
              - run: |
                  echo BEGIN
                  { {{List.Replace("\n", "\n      ", StringComparison.Ordinal)}}; } | od -An -v -tx1 | tr -d ' \n'
                  echo; echo END
            """
        },
        { "links/absolute", Entry.Link("/usr/bin/python3") }, { "links/out", Entry.Link("../../shared/lib") }, { "links/dangling",
            Entry.Link("not-there") },
        { "a/b/f", "1" }, { "c/f", "1" }, { "links/inner", Entry.Link("../a/b/../../c/f") }, { "links/dot", Entry.Link("./../c/f") },
        { "links/me", Entry.Link("me") }, { "links/x", Entry.Link("y") }, { "links/y", Entry.Link("x") }, { "links/folder",
            Entry.Link("../c") },
        { "packages/a/f", "1" }, { "app/node_modules/a", Entry.Link("../../packages/a/") }, { "links/latin", Entry.Link("caf\uDCE9") },
        { "links/newline", Entry.Link("a\nb") }, { "links/long", Entry.Link(string.Concat(Enumerable.Repeat("../links/", 40)) + "f") },
            { "links/etc", Entry.Link("/etc/passwd") },
        { "caf\uDCE9.txt", "1" }, { "gr\uDCFC\uDCDFe", "data" }, { "\uDCFF\uDCFE/\uDC80", "1" },
        { "a\nb", "1" }, { "back\\slash", "1" }, { "trail ", "1" }, { "-rf", "1" }, { " lead", "1" }, { "q\"uote", "1" }, { "star*",
            "1" }, { "tab\tx", "1" },
        { "con:", "1" }, { "nul", "1" }, { "it's", "1" }, { "$(id)", "1" }, { "bell\u0007", "1" }, { "esc\u001b[31m", "1" }, { "[id].js",
            "1" }, { "…", "1" },
        { new string('n', 255), "1" }, { Deep + "f", "deep" }, { "README", Entry.Program("1\n") }, { "readme", "2\n" }, { "Src/x", "a" },
            { "src/x", "b" },
        { "caf\u00e9", "composed" }, { "cafe\u0301", "decomposed" }, { "run.sh", Entry.Program("#!/bin/sh\necho hi\n") },
            { "empty/.gitkeep", "" },
        { "sub/.github/f", "1" }, { "sub/.gitignore", "*\n" }, { "sub/.gitattributes", "* -text\n" }, { "sub/.gitmodules", "" },
        {
            ".gitattributes",
            "*.crlf text eol=crlf\nignored export-ignore\nsubst export-subst\nident ident\n"
            + "u16 text working-tree-encoding=UTF-16LE-BOM\nu32 text working-tree-encoding=UTF-32\n"
            + "*.bin filter=lfs diff=lfs merge=lfs -text\nsjis text working-tree-encoding=SHIFT-JIS\n"
        },
        { "a.crlf", "one\ntwo\n" }, { "ignored", "secret" }, { "subst", "ver $Format:%H$\n" }, { "ident", "id $Id$\n" }, { "u16",
            "hé\n" }, { "u32", "hé\n" },
        { "sjis", "テスト\n" }, { "x.bin", $"version https://git-lfs.github.com/spec/v1\noid sha256:{new string('4', 64)}\nsize 12345\n" },
        { "wasccrlf", "a\r\nb\r\n" }, { "binary", Entry.Bytes([.. Enumerable.Range(0, 256).Select(i => (byte)i)]) },
    };

    private static IReadOnlyDictionary<string, string?> Plain =>
        new Dictionary<string, string?> { ["GIT_CONFIG_GLOBAL"] = "/dev/null", ["GIT_CONFIG_NOSYSTEM"] = "1" };

    private static async Task<System.Text.Json.JsonElement> Succeeded(ByteRepository repository, string sha)
    {
        var build = await repository.BuildAsync(sha);
        Assert.True(build.GetProperty("build").GetProperty("state").GetString() == "succeeded", build.ToString());
        return build;
    }

    private static async Task<string> EndAsync(ByteRepository repository, System.Text.Json.JsonElement build, string module = "build") =>
        build.Text("state") != "succeeded" ? $"{build.Text("failureClass")} {build.Text("reason")}"
        : string.Join(' ', Raw.Text(await repository.LogAsync(build, module)).Split('\n').Where(l => !l.StartsWith('+')));

    private static string Names(string hex) => Raw.Text(Convert.FromHexString(hex.Trim())).Replace("\0", "\n", StringComparison.Ordinal);

    private const string Attributed = """
        *.sh text eol=crlf → [ 303 251 $ I d $ $ F o r m a t : % H $ \r \n ]
        *.sh text eol=lf → [ 303 251 $ I d $ $ F o r m a t : % H $ \n ]
        *.sh ident → [ 303 251 $ I d : 4 3 5 b 5 1 e 1 a a 7 2 9 7 d 0 5 1 c 3 6 4 3 b 2 5 e b 6 8 6 a c b d 1 5 3 a 9 $ $ F o…
        *.sh text working-tree-encoding=UTF-16LE-BOM → [ 377 376 351 \0 \0 $ \0 I \0 d \0 $ \0 \0 $ \0 F \0 o \0 r \0 m \0 a \…
        *.sh export-ignore → [ 303 251 $ I d $ $ F o r m a t : % H $ \n ]
        *.sh export-subst → [ 303 251 $ I d $ $ F o r m a t : % H $ \n ]
        *.sh filter=lfs diff=lfs merge=lfs -text → [ 303 251 $ I d $ $ F o r m a t : % H $ \n ]
        *.sh filter=none → [ 303 251 $ I d $ $ F o r m a t : % H $ \n ]
        *.sh text working-tree-encoding=nonsense → [ 303 251 $ I d $ $ F o r m a t : % H $ \n ]
        *.sh text eol=cr → [ 303 251 $ I d $ $ F o r m a t : % H $ \n ]
        [attr]dos text eol=crlf⏎*.sh dos → [ 303 251 $ I d $ $ F o r m a t : % H $ \r \n ]
        """;

    private const string Refused = """
        submodule: config build: The submodule 'a' is another repository, which is not fetched: the build would find an empty fold…
        submodule without .gitmodules: config build: The submodule 'vendor/deep/a' is another repository, which is not fetched: th…
        two submodules: config build: The submodule 'a' (and 1 more) is another repository, which is not fetched: the build would…
        submodule in Latin-1: config build: The submodule 'caf\xE9' is another repository, which is not fetched: the build would f…
        .gitmodules without submodule: .gitmodules .pipeline.yaml
        submodule beside the module: f
        folder .git: config build: The commit has the path '.git/config', which no git writes to a disk. Remove it from the commit.
        file .git: config build: The commit has the path '.git', which no git writes to a disk. Remove it from the commit.
        folder ..: config build: The commit has the path '../evil', which no git writes to a disk. Remove it from the commit.
        folder .: config build: The commit has the path './evil', which no git writes to a disk. Remove it from the commit.
        old mode: .pipeline.yaml f
        mode 777: .pipeline.yaml f
        link to a text with line ends: .pipeline.yaml f
        empty link: config build: The source cannot be written out. The link 'f' names nothing.
        link of 5000 characters: config build: The source cannot be written out. 'f' is a longer name than the agent's file system…
        link with NUL: .pipeline.yaml f
        name of 256 bytes: config build: The source cannot be written out. 'nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn…
        path of 5000 bytes: config build: The source cannot be written out. An entry's name is longer than 4096 bytes or holds a z…
        link over a folder: .pipeline.yaml a b
        """;
}
