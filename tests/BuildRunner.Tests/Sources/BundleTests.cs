using System.Formats.Tar;
using Dapper;
using Pipeline.BuildRunner.Sources;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Tests.Sources;

/// <summary>What a task gets of the repository: its module's files and those of what it depends on, as they were committed.</summary>
public sealed class BundleTests(BuildFixture fixture) : IClassFixture<BuildFixture>, IAsyncLifetime
{
    private const string Modules = """
        modules:
          lib: { path: lib, steps: [{ run: x }] }
          core: { path: "core parts/ü", depends_on: [lib], steps: [{ run: x }] }
          app: { path: app, depends_on: [core], steps: [{ run: x }] }
          docs: { path: docs, steps: [{ run: x }] }
          all: { depends_on: [docs], steps: [{ run: x }] }
        """;

    private readonly BuildHost host = fixture.Host;

    public async ValueTask InitializeAsync()
    {
        await host.Repo.StartBranchAsync();
        foreach (var file in (string[])["lib/a", "libs/b", "core parts/ü/c", "core parts/d", "app/e", "app/deep/er/f", "docs/g", "h"])
            await host.Repo.CommitAsync("Add", file, file);
    }

    public ValueTask DisposeAsync() => default;

    /// <summary>The module, and the files of its bundle.</summary>
    [Theory]
    [InlineData("lib", "lib/a")]
    [InlineData("core", "core parts/ü/c lib/a")]
    [InlineData("app", "app/deep/er/f app/e core parts/ü/c lib/a")]
    [InlineData("docs", "docs/g")]
    [InlineData("all", ".pipeline.yaml app/deep/er/f app/e core parts/d core parts/ü/c docs/g h lib/a libs/b")]
    public async Task A_bundle_holds_the_module_s_path_and_those_of_its_dependencies_and_no_other(string module, string files)
    {
        var sha = await CommitAsync(Modules);
        var (_, read) = host.Get<CommitDefinitions>().Read(host.Repository.Id, sha);
        var entries = await EntriesAsync(await MakeAsync(sha, [.. SourceBundles.PathsOf(read.Definition!, module)]));

        var names = entries.Where(e => e.EntryType == TarEntryType.RegularFile).Select(e => e.Name).Order(StringComparer.Ordinal);
        Assert.Equal(files, string.Join(' ', names));
        Assert.DoesNotContain(entries, e => e.Name.StartsWith('/') || e.Name.Contains("..", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Modes_and_links_are_those_of_the_commit()
    {
        await host.Repo.CommitAsync("Add", "app/run.sh", "#!/bin/sh");
        await host.Repo.GitAsync("update-index", "--chmod=+x", "app/run.sh");
        var target = (await host.Repo.GitAsync("hash-object", "-w", "lib/a")).Trim();
        await host.Repo.GitAsync("update-index", "--add", "--cacheinfo", $"120000,{target},app/link");
        await host.Repo.GitAsync("commit", "-q", "-m", "Modes");
        var sha = await host.PushHeadAsync();

        var entries = await EntriesAsync(await MakeAsync(sha, ["app"]));
        const UnixFileMode anyExecute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Assert.Equal(anyExecute, entries.Single(e => e.Name == "app/run.sh").Mode & anyExecute);
        Assert.Equal(UnixFileMode.None, entries.Single(e => e.Name == "app/e").Mode & anyExecute);
        var link = entries.Single(e => e.Name == "app/link");
        Assert.Equal((TarEntryType.SymbolicLink, "lib/a"), (link.EntryType, link.LinkName));
    }

    [Fact]
    public async Task A_submodule_is_refused_by_name_where_it_would_be_an_empty_folder_and_nowhere_else()
    {
        await CommitAsync(Modules);
        await host.Repo.GitAsync("update-index", "--add", "--cacheinfo", $"160000,{new string('5', 40)},app/vendor/sub");
        await host.Repo.GitAsync("commit", "-q", "-m", "Submodule");
        var sha = await host.PushHeadAsync();

        foreach (var paths in new string[][] { ["app"], [""], ["app", "lib"] })
        {
            var refused = Assert.IsType<BundleOutcome.Refused>(
                await host.Get<SourceBundles>().MakeAsync(host.Repository.Id, sha, paths, CancellationToken.None));
            Assert.StartsWith("The submodule 'app/vendor/sub' is another repository, which is not fetched", refused.Reason);
        }

        Assert.NotNull(await MakeAsync(sha, ["lib"]));
    }

    [Theory]
    [InlineData(".git", "app/.git")]
    [InlineData(".GIT", "app/.GIT")]
    [InlineData("..", "app/..")]
    [InlineData(".", "app/.")]
    public async Task A_path_that_git_writes_nowhere_is_refused_by_name(string name, string path)
    {
        await CommitAsync(Modules);
        var blob = (await host.Repo.GitAsync("hash-object", "-w", "app/e")).Trim();
        var inner = await TreeAsync([.. Entry("100644", name, blob)]);
        var tree = await TreeAsync([.. Entry("40000", "app", inner), .. Entry("100644", "readme", blob)]);
        var sha = (await host.Repo.GitAsync("commit-tree", "-p", "HEAD", "-m", "Odd", tree)).Trim();
        await host.Repo.GitAsync("reset", "-q", "--soft", sha);
        await host.PushHeadAsync();

        var refused = Assert.IsType<BundleOutcome.Refused>(
            await host.Get<SourceBundles>().MakeAsync(host.Repository.Id, CommitSha.Parse(sha), ["app"], CancellationToken.None));

        Assert.Equal($"The commit has the path '{path}', which no git writes to a disk. Remove it from the commit.", refused.Reason);
    }

    private static byte[] Entry(string mode, string name, string id) =>
        [.. System.Text.Encoding.ASCII.GetBytes($"{mode} {name}\0"), .. Convert.FromHexString(id)];

    private async Task<string> TreeAsync(byte[] entries)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, entries);
        var id = (await host.Repo.GitAsync("hash-object", "-t", "tree", "-w", "--literally", file)).Trim();
        File.Delete(file);
        return id;
    }

    [Theory]
    [InlineData(".gitattributes")]
    [InlineData("deep/.gitattributes")]
    [InlineData("deep/app/.gitattributes")]
    public async Task Attributes_of_every_folder_above_decide_the_bytes_and_a_change_of_them_gets_new_ones(string attributes)
    {
        await host.Repo.CommitAsync("Add", "deep/app/run.sh", "one\ntwo\n");
        var crlf = await CommitAsync(Modules, attributes, "*.sh text eol=crlf\n");
        var lf = await CommitAsync(Modules, attributes, "*.sh text eol=lf\n");

        var (first, second) = (await MakeAsync(crlf, ["deep/app"]), await MakeAsync(lf, ["deep/app"]));

        Assert.Equal(("one\r\ntwo\r\n", "one\ntwo\n"), (await ScriptAsync(first), await ScriptAsync(second)));
        Assert.Equal(first, await MakeAsync(crlf, ["deep/app"]));
    }

    [Fact]
    public async Task What_is_packed_is_what_a_clone_has_and_no_byte_is_of_the_commit()
    {
        await host.Repo.CommitAsync("Add", "deep/app/ident", "id $Id$\n");
        await host.Repo.CommitAsync("Add", "deep/app/subst", "ver $Format:%H$\n");
        await host.Repo.CommitAsync("Add", "deep/app/kept", "x");
        var first = await CommitAsync(
            Modules, ".gitattributes", "ident ident\nsubst export-subst\nkept export-ignore\n");
        var bundle = await MakeAsync(first, ["deep/app"]);
        await host.Repo.CommitAsync("Elsewhere", "docs/elsewhere");

        Assert.Equal(bundle, await MakeAsync(await host.PushHeadAsync(), ["deep/app"]));
        var entries = await EntriesAsync(bundle);
        Assert.Equal("ver $Format:%H$\n", await TextAsync(entries, "deep/app/subst"));
        Assert.StartsWith("id $Id: ", await TextAsync(entries, "deep/app/ident"), StringComparison.Ordinal);
        Assert.Contains(entries, e => e.Name == "deep/app/kept");
    }

    private async Task<string> ScriptAsync(SourceBundle bundle) => await TextAsync(await EntriesAsync(bundle), "deep/app/run.sh");

    private static async Task<string> TextAsync(List<TarEntry> entries, string name)
    {
        using var reader = new StreamReader(entries.Single(e => e.Name == name).DataStream!);
        return await reader.ReadToEndAsync();
    }

    [Fact]
    public async Task A_folder_of_nothing_but_a_placeholder_and_a_path_of_250_characters_arrive()
    {
        var deep = string.Join('/', Enumerable.Repeat(new string('d', 49), 5));
        await host.Repo.CommitAsync("Add", "app/out/.gitkeep", "");
        var sha = await CommitAsync(Modules, $"app/{deep}/é", "x");

        var entries = await EntriesAsync(await MakeAsync(sha, ["app"]));
        Assert.Equal(0, entries.Single(e => e.Name == "app/out/.gitkeep").Length);
        Assert.Single(entries, e => e.Name == $"app/{deep}/é");
    }

    [Theory]
    [InlineData("app", "lib")]
    [InlineData("")]
    public async Task The_same_contents_are_the_same_row_and_the_same_bytes_at_whatever_commit(params string[] paths)
    {
        var first = await CommitAsync(Modules);
        var bundle = await MakeAsync(first, paths);
        var bytes = await File.ReadAllBytesAsync(PathOf(bundle));
        await host.Repo.CommitAsync("Elsewhere", paths is [""] ? "readme" : "docs/new", "x");
        await host.Repo.GitAsync("rm", "-q", "--ignore-unmatch", "readme", "docs/new");
        await host.Repo.GitAsync("commit", "-q", "--date=2020-02-02T00:00:00Z", "-m", "Back");
        var second = await host.PushHeadAsync();
        Assert.NotEqual(first, second);

        Assert.Equal(bundle, await MakeAsync(second, paths));
        Assert.Equal(1, await RowsAsync(bundle));
        File.Delete(PathOf(bundle));
        Assert.Equal(bundle, await MakeAsync(second, paths));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(PathOf(bundle)));
        Assert.Equal(1, await RowsAsync(bundle));
    }

    [Fact]
    public async Task Contents_that_differ_in_a_name_a_mode_or_a_byte_have_bundles_of_their_own()
    {
        List<Digest> digests = [(await MakeAsync(await CommitAsync(Modules), ["app"])).Digest];
        await host.Repo.GitAsync("mv", "app/e", "app/E");
        digests.Add((await MakeAsync(await CommitAsync(Modules), ["app"])).Digest);
        await host.Repo.GitAsync("update-index", "--chmod=+x", "app/E");
        await host.Repo.GitAsync("commit", "-q", "-m", "Mode");
        digests.Add((await MakeAsync(await host.PushHeadAsync(), ["app"])).Digest);
        digests.Add((await MakeAsync(await CommitAsync(Modules, "app/E", "other"), ["app"])).Digest);

        Assert.Equal(digests.Count, digests.Distinct().Count());
    }

    [Fact]
    public async Task Made_at_once_from_two_commits_a_bundle_is_one_and_leaves_nothing_half_made()
    {
        var first = await CommitAsync(Modules, "app/once", Guid.CreateVersion7().ToString());
        var second = await CommitAsync(Modules, "docs/other", "x");
        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(() => MakeAsync(n % 2 == 0 ? first : second, ["app"]))));

        Assert.Single(made.Distinct());
        Assert.Equal(1, await RowsAsync(made[0]));
        Assert.Empty(Directory.GetFiles(Path.Combine(host.Data, "bundles"), "*.part"));
        var stored = await File.ReadAllBytesAsync(PathOf(made[0]));
        Assert.Equal((made[0].Digest, made[0].Bytes), (Digest.Of(stored), stored.Length));
    }

    [Fact]
    public async Task The_row_of_a_bundle_is_written_after_its_file_is_safe_and_never_without_it()
    {
        var first = await CommitAsync(Modules, "app/safe", Guid.CreateVersion7().ToString());
        var second = await CommitAsync(Modules, "app/more", "x");
        var known = await MakeAsync(second, ["app"]);
        await ForgetAsync(known);
        File.Delete(PathOf(known));
        Directory.CreateDirectory(PathOf(known)); // where the file has to be: it cannot get its name

        await Assert.ThrowsAnyAsync<Exception>(() => MakeAsync(second, ["app"]));

        Assert.Equal(0, await RowsAsync(known));
        Assert.Empty(Directory.GetFiles(Path.Combine(host.Data, "bundles"), "*.part"));
        Assert.NotEqual(known, await MakeAsync(first, ["app"]));
        Directory.Delete(PathOf(known));
        Assert.Equal(known, await MakeAsync(second, ["app"]));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    public async Task A_file_that_is_missing_or_was_cut_by_a_crash_is_made_again(int left)
    {
        var sha = await CommitAsync(Modules, "app/cut", Guid.CreateVersion7().ToString());
        var made = await MakeAsync(sha, ["app"]);
        if (left == 0)
            File.Delete(PathOf(made));
        else
            await File.WriteAllBytesAsync(PathOf(made), (await File.ReadAllBytesAsync(PathOf(made)))[..left]);

        Assert.Equal(made, await MakeAsync(sha, ["app"]));
        Assert.Equal(made.Digest, Digest.Of(await File.ReadAllBytesAsync(PathOf(made))));
    }

    private string PathOf(SourceBundle bundle) => host.Get<SourceBundles>().PathOf(bundle.Digest);

    private async Task<SourceBundle> MakeAsync(CommitSha sha, string[] paths) =>
        Assert.IsType<BundleOutcome.Made>(
            await host.Get<SourceBundles>().MakeAsync(host.Repository.Id, sha, paths, CancellationToken.None)).Bundle;

    private async Task<CommitSha> CommitAsync(string definition, string? file = null, string content = "")
    {
        await host.Repo.CommitAsync("Define", ".pipeline.yaml", definition);
        if (file is not null)
            await host.Repo.CommitAsync("Add", file, content);
        return await host.PushHeadAsync();
    }

    private async Task<List<TarEntry>> EntriesAsync(SourceBundle bundle)
    {
        await using var file = File.OpenRead(PathOf(bundle));
        await using var tar = new TarReader(file);
        var entries = new List<TarEntry>();
        while (await tar.GetNextEntryAsync(copyData: true) is { } entry)
            entries.Add(entry);
        return entries;
    }

    private async Task ForgetAsync(SourceBundle bundle)
    {
        await using var connection = await host.Database.OpenConnectionAsync();
        await connection.ExecuteAsync("DELETE FROM build.bundle WHERE digest = @digest", new { digest = bundle.Digest.ToString() });
    }

    private async Task<int> RowsAsync(SourceBundle bundle)
    {
        await using var connection = await host.Database.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<int>(
            "SELECT count(*) FROM build.bundle WHERE digest = @digest", new { digest = bundle.Digest.ToString() });
    }
}
