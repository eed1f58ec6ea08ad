using System.Formats.Tar;
using System.IO.Compression;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.TaskRunner.Tests.Build;

/// <summary>What may leave a task as an artifact, by the real program: regular files, folders and links that stay inside; all else is
/// refused by its name, as a fault of the definition.</summary>
public sealed class ArtifactKindsTests : IAsyncLifetime
{
    private static readonly Dictionary<string, string> None = [];
    private FakeServer server = null!;

    public async ValueTask InitializeAsync() => server = await FakeServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Theory]
    [InlineData(
        "mkdir -p out/bin out/lib; ln -s /usr/bin/python3 out/bin/python3; ln -s python3 out/bin/python; ln -s lib out/lib64",
        "bin/ bin/python>python3 bin/python3>/usr/bin/python3 lib/ lib64>lib")]
    [InlineData(
        "mkdir -p out/node_modules/.bin out/node_modules/x; echo 1 > out/node_modules/x/cli.js; ln -s ../x/cli.js out/node_modules/.bin/x",
        "node_modules/ node_modules/.bin/ node_modules/.bin/x>../x/cli.js node_modules/x/ node_modules/x/cli.js")]
    [InlineData("mkdir -p out/a out/b; echo 1 > out/b/f; ln -s a/../b/f out/l", "a/ b/ b/f l>a/../b/f")]
    [InlineData("mkdir out; ln -s nowhere out/l", "l>nowhere")]
    [InlineData("mkdir -p out/logs", "logs/")]
    [InlineData("mkdir out; echo 1 > out/a; ln out/a out/b", "a b")]
    [InlineData("mkdir -p out store; echo 1 > store/a; ln store/a out/a", "a")]
    [InlineData("mkdir real; echo 1 > real/f; ln -s real out", "f")]
    [InlineData("mkdir out; touch 'out/a\nb' 'out/back\\slash' 'out/trail ' out/ü out/-x", "-x a\nb back\\slash trail  ü")]
    [InlineData("mkdir out; (while :; do echo x >> out/log; done) & sleep 0.2", "log")]
    public async Task A_folder_comes_out_as_it_was(string run, string entries)
    {
        await using var runner = Build(run, "out");

        Assert.Equal(0, await runner.ExitAsync());

        var packed = server.Artifacts[Assert.Single(server.Result!.Artifacts).Digest];
        using var reader = new TarReader(new GZipStream(new MemoryStream(packed), CompressionMode.Decompress));
        var found = new List<string>();
        while (reader.GetNextEntry() is { } entry)
            found.Add(entry.EntryType == TarEntryType.SymbolicLink ? $"{entry.Name}>{entry.LinkName}" : entry.Name);
        Assert.Equal(entries, string.Join(' ', found));
    }

    [Theory]
    [InlineData("mkdir out; ln -s /etc/passwd out/p", "the link 'p' → '/etc/passwd', which is absolute")]
    [InlineData("mkdir -p out/lib; echo 1 > out/lib/x; ln -s \"$PWD/out/lib/x\" out/lib/y", "the link 'lib/y' → '")]
    [InlineData("mkdir out; ln -s ../../../etc/passwd out/p", "the link 'p' → '../../../etc/passwd', which leads out")]
    [InlineData("mkdir out; ln -s . out/a; ln -s a/../x out/b", "the link 'b' → 'a/../x', which leads out")]
    [InlineData("mkdir out; ln -s ../out out/self", "the link 'self' → '../out', which leads out")]
    [InlineData("mkdir out; echo 1 > \"$(printf 'out/caf\\351.txt')\"", "the name 'caf\\xE9.txt', which is not UTF-8")]
    [InlineData("mkdir out; ln -s \"$(printf '\\351')\" out/l", "the name '\\xE9', which is not UTF-8")]
    [InlineData("mkdir -p out/d; mkfifo out/d/p; echo 1 > out/f", "'d/p', which is a pipe, a socket or a device")]
    [InlineData("mkfifo out", "'out' is neither a file nor a folder")]
    [InlineData("python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('out')\"", "'out' is neither a file nor a folder")]
    [InlineData("ln -s /etc/hostname out", "the path 'out' leaves the workspace")]
    [InlineData("ln -s ../../x out", "the path 'out' leaves the workspace")]
    [InlineData("ln -s out out", "the path 'out' leaves the workspace")]
    [InlineData("echo nothing", "there is nothing at 'out'")]
    public async Task What_may_not_leave_a_task_is_refused_by_its_name(string run, string reason)
    {
        await using var runner = Build(run, "out");

        Assert.Equal(1, await runner.ExitAsync());

        Assert.Equal("config", server.Result!.Class);
        Assert.Contains(reason, server.Result.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Artifacts);
    }

    [Fact]
    public async Task A_pattern_is_refused_with_the_remedy()
    {
        await using var runner = Build("mkdir out; touch out/a.jar", "out/*.jar");

        Assert.Equal(1, await runner.ExitAsync());
        Assert.Contains(
            "nothing at 'out/*.jar' after the steps. Patterns are not expanded", server.Result!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ln \"$FOREIGN\" out", "out")]
    [InlineData("mkdir -p out/d; ln \"$FOREIGN\" out/d/key", "out")]
    public async Task A_hard_link_to_a_file_outside_of_the_sandbox_is_refused(string run, string path)
    {
        var foreign = Path.Combine(RunnerProcess.NewFolder(), "key");
        await File.WriteAllTextAsync(foreign, "secret");
        // In a view of its own a step could not even name it.
        await using var runner = Build(
            run, path, new Dictionary<string, string> { ["FOREIGN"] = foreign },
            new Dictionary<string, string> { ["PIPELINE_ISOLATION"] = "none" });

        Assert.Equal(1, await runner.ExitAsync());

        Assert.Contains(
            "a hard link to a file that also lies outside of the task's sandbox", server.Result!.Reason, StringComparison.Ordinal);
        Assert.Empty(server.Artifacts);
    }

    [Fact]
    public async Task An_artifact_beyond_the_servers_limit_fails_the_build_with_the_servers_words_and_is_not_sent_again()
    {
        server.ArtifactsRefused = "The artifacts of module 'm' come to 30 MB; a module may store 20 MB (BuildRunner:ModuleArtifactBytes).";
        await using var runner = Build("head -c 30000000 /dev/urandom > big", "big");

        Assert.Equal(1, await runner.ExitAsync());

        Assert.Equal(("config", "Artifact 'a': " + server.ArtifactsRefused), (server.Result!.Class, server.Result.Reason));
        Assert.Empty(server.Artifacts);
    }

    [Fact]
    public async Task A_device_is_refused_by_its_name()
    {
        // Only root makes devices: where the tests do not run as root, one that is there is linked to instead.
        await using var runner = Build(
            "mkdir out; mknod out/d c 1 5 2>/dev/null || python3 -c \"import socket; socket.socket(socket.AF_UNIX).bind('out/d')\"", "out");

        Assert.Equal(1, await runner.ExitAsync());
        Assert.Contains("'d', which is a pipe, a socket or a device", server.Result!.Reason, StringComparison.Ordinal);
    }

    private RunnerProcess Build(
        string run, string path, IReadOnlyDictionary<string, string>? env = null, IReadOnlyDictionary<string, string>? agent = null)
    {
        server.Source = Tars.Of(("input.txt", "hello\n"));
        server.Spec = new BuildSpec(
            "", Tars.DigestOf(server.Source), [new StepSpec("s", run, 60, env ?? None)], [new("a", path)], None, []);
        return RunnerProcess.Start(server.Url, agent);
    }
}
