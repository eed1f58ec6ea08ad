using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Pipeline.EndToEnd.Harness;
using Pipeline.EndToEnd.Harness.Bytes;

namespace Pipeline.EndToEnd.Cases;

/// <summary>What builds make: stored, and the same comes out, or refused for its true reason.</summary>
[Collection(CasesCollection.Name)]
public sealed class ArtifactCases(CasesPipeline fixture)
{
    private static readonly (string Name, string Run, string Path)[] Artifacts =
    [
        ("venv", """
            mkdir -p out/venv/bin out/venv/lib; ln -s /usr/bin/python3 out/venv/bin/python3
            ln -s python3 out/venv/bin/python; ln -s lib out/venv/lib64
            """, "out"),
        ("node-bin", """
            mkdir -p out/node_modules/.bin out/node_modules/x; echo 1 > out/node_modules/x/cli.js
            chmod +x out/node_modules/x/cli.js; ln -s ../x/cli.js out/node_modules/.bin/x
            """, "out"),
        ("inner-up", "mkdir -p out/a out/b; echo 1 > out/b/f; ln -s a/../b/f out/l", "out"),
        ("so-links", """
            mkdir -p out/lib; echo 1 > out/lib/libx.so.1.2; ln -s libx.so.1.2 out/lib/libx.so.1
            ln -s "$PWD/out/lib/libx.so.1" out/lib/libx.so
            """, "out"),
        ("dangling", "mkdir out; ln -s nowhere out/l", "out"),
        ("circle", "mkdir out; ln -s b out/a; ln -s a out/b", "out"),
        ("latin1", "mkdir out; echo 1 > \"$(printf 'out/caf\\351.txt')\"", "out"),
        ("latin1-link", "mkdir out; ln -s \"$(printf 'caf\\351')\" out/l", "out"),
        ("odd-names", """
            mkdir out; touch "$(printf 'out/a\nb')" 'out/back\slash' 'out/trail ' out/ü out/-x 'out/*'
            d=out/$(printf 'd%.0s' $(seq 120))/$(printf 'e%.0s' $(seq 120))/$(printf 'f%.0s' $(seq 120)); mkdir -p $d; touch $d/deep
            """, "out"),
        ("empty-dir", "mkdir -p out/logs", "out"),
        ("empty-root", "mkdir out", "out"),
        ("zero-byte", ": > out", "out"),
        ("hardlinks", "mkdir out; echo 1 > out/a; ln out/a out/b", "out"),
        ("hardlink-beside", "mkdir out; echo 1 > a; ln a out/b", "out"),
        ("modes", "mkdir out; echo 1 > out/a; chmod 000 out/a; echo 2 > out/s; chmod 4755 out/s; echo 3 > out/p; chmod 600 out/p", "out"),
        ("mode-dir", "mkdir -p out/d; echo 1 > out/d/f; chmod 000 out/d", "out"),
        ("fifo", "mkdir out; mkfifo out/p; echo 1 > out/f", "out"),
        ("socket", "mkdir out; cd out; perl -MIO::Socket::UNIX -e 'IO::Socket::UNIX->new(Local => \"s\", Listen => 1) or die'", "out"),
        ("via-link", "mkdir real; echo 1 > real/f; ln -s real out", "out"),
        ("below-link", "mkdir -p real/x; echo 1 > real/x/f; ln -s real out", "out/x"),
        ("link-outside", "ln -s /etc/hostname out", "out"),
        ("missing", "echo nothing", "out"),
        ("other-case", "mkdir Out; touch Out/f", "out"),
        ("glob", "mkdir out; touch out/a.jar", "out/*.jar"),
        ("glob-deep", "mkdir -p out/x; touch out/x/a.jar", "out/**/*.jar"),
        ("glob-braces", "mkdir out; touch out/a.jar", "out/{a,b}.jar"),
        ("home", "mkdir out; touch out/a.jar", "~/out"),
        ("variable", "mkdir out; touch out/a.jar", "$PIPELINE_WORKSPACE/out"),
        ("named-like-a-glob", "mkdir out; echo 1 > 'out/[id].js'", "out/[id].js"),
        ("sparse", "mkdir out; truncate -s 60M out/big", "out"),
        ("self", "mkdir out; ln -s ../out out/self", "out"),
        ("growing", "mkdir out; (while :; do echo x >> out/log; done) & sleep 0.3", "out"),
        ("dot-segments", "mkdir out; echo 1 > out/f", "./out//"),
        ("unicode-path", "mkdir ünï; echo 1 > ünï/f", "ünï"),
    ];

    private readonly PipelineInstance pipeline = fixture.Instance;

    [Fact]
    public async Task An_artifact_comes_out_as_it_was_or_is_refused_for_its_true_reason()
    {
        var repository = await ByteRepository.CreateAsync(pipeline, "artifacts");
        var sha = repository.Commit(new Tree { { ".pipeline.yaml", "modules:\n" + string.Concat(Artifacts.Select(Module)) } });
        await repository.PushAsync(("main", sha));

        var build = await repository.BuildAsync(sha);

        var seen = new List<string>();
        foreach (var module in build.GetProperty("modules").EnumerateArray())
            seen.Add($"{module.GetProperty("name").GetString()}: {await OutcomeAsync(build, module)}");
        Outcomes.Are(
            ComesOut,
            seen);
    }

    private static string Module((string Name, string Run, string Path) artifact) => $$"""
          {{artifact.Name}}:
            timeout: 60s
            resources: { cpus: 0.05, memory: 128MB }
            steps: [{ run: {{JsonSerializer.Serialize(artifact.Run)}} }]
            artifacts: [{ name: {{artifact.Name}}, path: {{JsonSerializer.Serialize(artifact.Path)}} }, { name: {{artifact.Name}}-twin,
                path: {{JsonSerializer.Serialize(artifact.Path)}} }]

        """;

    private async Task<string> OutcomeAsync(JsonElement build, JsonElement module)
    {
        if (module.GetProperty("state").GetString() != "succeeded")
            return $"{module.GetProperty("failureClass").GetString()} {module.GetProperty("reason").GetString()}";
        var made = build.GetProperty("artifacts").EnumerateArray()
            .Where(a => a.GetProperty("module").GetString() == module.GetProperty("name").GetString()).ToList();
        var digest = Assert.Single(made.Select(a => a.GetProperty("digest").GetString()).Distinct());
        var bytes = await pipeline.Http.GetByteArrayAsync($"/api/v1/artifacts/{digest}");
        return made[0].GetProperty("mediaType").GetString()!.Contains("tar",
            StringComparison.Ordinal) ? Entries(bytes) : $"{bytes.Length} bytes";
    }

    private static string Entries(byte[] archive)
    {
        using var tar = new TarReader(new GZipStream(new MemoryStream(archive), CompressionMode.Decompress));
        var entries = new List<string>();
        while (tar.GetNextEntry() is { } entry)
        {
            var link = entry.EntryType is TarEntryType.SymbolicLink ? $" -> {entry.LinkName}" : "";
            var name = entry.Name.Length > 60 ? $"{entry.Name.Length} characters" : entry.Name.Replace("\n", "⏎", StringComparison.Ordinal);
            var size = entry.Length > 0 && name != "log" ? $" {entry.Length}" : "";
            entries.Add($"{entry.EntryType.ToString()[0]} {Convert.ToString((int)entry.Mode, 8)} {name}{link}{size}");
        }

        return string.Join(", ", entries);
    }

    private const string ComesOut = """
        venv: D 755 venv/, D 755 venv/bin/, S 755 venv/bin/python -> python3, S 755 venv/bin/python3 -> /usr/bin/python3, D 755 venv/lib/…
        node-bin: D 755 node_modules/, D 755 node_modules/.bin/, S 755 node_modules/.bin/x -> ../x/cli.js, D 755 node_modules/x/, R 755 n…
        inner-up: D 755 a/, D 755 b/, R 644 b/f 2, S 755 l -> a/../b/f
        so-links: config The artifact holds the link 'lib/libx.so' → '/workspace/out/lib/libx.so.1', which is absolute, which is another…
        dangling: S 755 l -> nowhere
        circle: S 755 a -> b, S 755 b -> a
        latin1: config The artifact holds the name 'caf\xE9.txt', which is not UTF-8 text. Rename it in a step (convmv does it).
        latin1-link: config The artifact holds the name 'caf\xE9', which is not UTF-8 text. Rename it in a step (convmv does it).
        odd-names: R 644 *, R 644 -x, R 644 a⏎b, R 644 back\slash, D 755 121 characters, D 755 242 characters, D 755 363 characters, R 64…
        empty-dir: D 755 logs/
        empty-root:
        zero-byte: 0 bytes
        hardlinks: R 644 a 2, R 644 b 2
        hardlink-beside: R 644 b 2
        modes: R 644 a 2, R 644 p 2, R 755 s 2
        mode-dir: D 755 d/, R 644 d/f 2
        fifo: config The artifact holds 'p', which is a pipe, a socket or a device: neither file, folder nor link. Remove it.
        socket: config The artifact holds 's', which is a pipe, a socket or a device: neither file, folder nor link. Remove it.
        via-link: R 644 f 2
        below-link: R 644 f 2
        link-outside: config Artifact 'link-outside': the path 'out' leaves the workspace, or an absolute link is on its way.
        missing: config Artifact 'missing': there is nothing at 'out' after the steps.
        other-case: config Artifact 'other-case': there is nothing at 'out' after the steps.
        glob: config Artifact 'glob': there is nothing at 'out/*.jar' after the steps. Patterns are not expanded: name a file or a folder.
        glob-deep: config Artifact 'glob-deep': there is nothing at 'out/**/*.jar' after the steps. Patterns are not expanded: name a fil…
        glob-braces: config Artifact 'glob-braces': there is nothing at 'out/{a,b}.jar' after the steps.
        home: config Artifact 'home': there is nothing at '~/out' after the steps.
        variable: config Artifact 'variable': there is nothing at '$PIPELINE_WORKSPACE/out' after the steps.
        named-like-a-glob: 2 bytes
        sparse: R 644 big 62914560
        self: config The artifact holds the link 'self' → '../out', which leads out of it. Make it a relative link to something in the ar…
        growing: R 644 log
        dot-segments: R 644 f 2
        unicode-path: R 644 f 2
        """;
}
