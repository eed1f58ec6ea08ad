using System.Text;
using Pipeline.BuildRunner.Contract;
using Pipeline.BuildRunner.Contract.Views;
using Pipeline.BuildRunner.Tests.Runner;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Tests.Sources;

/// <summary>The file that defines a build, as it was committed: any bytes give a build, and what is wrong with them has a place.</summary>
public sealed class DefinitionFileTests(BuildFixture fixture) : IClassFixture<BuildFixture>
{
    private const string NotUtf8 = "The file is not UTF-8 text: the byte 0x{0} here is not part of it.";
    private const string Shell = " (as PowerShell's > writes it)";
    private readonly BuildHost host = fixture.Host;

    /// <summary>Latin-1, and where it is not UTF-8.</summary>
    public static TheoryData<string, int, int, string> Wrong => new()
    {
        { "steps: [{ run: x }] # caf\u00E9", 1, 26, "E9" },
        { "# \u00C3\u00A9\nsteps:\n- run: \u00E9t\u00E9", 3, 8, "E9" },
        { "\u00EF\u00BB\u00BFname\u00FF", 1, 5, "FF" },
        { "steps: \u00E2\u0082", 1, 8, "E2" },
        { "a\n\u00ED\u00A0\u0080", 2, 1, "ED" },
        { "a\n\n\u00C0\u0080", 3, 1, "C0" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task A_file_that_is_not_UTF8_is_refused_at_the_first_wrong_byte(string latin1, int line, int column, string hex)
    {
        var build = await PushAsync(Encoding.Latin1.GetBytes(latin1));
        var problem = Assert.Single(build.Problems);
        Assert.Equal((BuildState.Failed, FailureClass.Config), (build.Build.State, build.Build.FailureClass));
        Assert.Equal((line, column), (problem.Line, problem.Column));
        Assert.Equal(NotUtf8.Replace("{0}", hex, StringComparison.Ordinal), problem.Message);
        Assert.Equal("Save the file as UTF-8.", problem.Hint);
    }

    [Theory]
    [InlineData("utf-16", true, "UTF-16 (little-endian)")]
    [InlineData("utf-16", false, "UTF-16 (little-endian)")]
    [InlineData("utf-16BE", true, "UTF-16 (big-endian)")]
    [InlineData("utf-16BE", false, "UTF-16 (big-endian)")]
    [InlineData("utf-32", true, "UTF-32")]
    [InlineData("utf-32", false, "UTF-32")]
    [InlineData("utf-32BE", true, "UTF-32")]
    [InlineData("utf-32BE", false, "UTF-32")]
    public async Task A_file_in_a_wide_encoding_is_refused_by_its_name(string encoding, bool marked, string name)
    {
        var wide = Encoding.GetEncoding(encoding);
        var build = await PushAsync([.. marked ? wide.GetPreamble() : [], .. wide.GetBytes("steps:\n  - run: echo é\n")]);
        Assert.Equal(
            ($"The file is {name} text, not UTF-8{(name.EndsWith("(little-endian)", StringComparison.Ordinal) ? Shell : "")}.",
                "Save the file as UTF-8.", BuildState.Failed),
            (Assert.Single(build.Problems).Message, build.Problems[0].Hint, build.Build.State));
    }

    [Fact]
    public async Task A_pointer_of_LFS_is_no_definition_and_is_called_so()
    {
        var build = await PushAsync(
            Encoding.UTF8.GetBytes($"version https://git-lfs.github.com/spec/v1\noid sha256:{new string('4', 64)}\nsize 9\n"));
        Assert.Equal(
            ("This is a pointer of Git LFS, not the file itself.", "Keep the definition out of LFS (.gitattributes)."),
            (Assert.Single(build.Problems).Message, build.Problems[0].Hint));
    }

    [Fact]
    public async Task A_symbolic_link_to_a_file_of_the_repository_is_followed()
    {
        await host.Repo.StartBranchAsync();
        await host.Repo.CommitAsync("Define", "ci/p.yaml", TaskCalls.OneStep);
        var build = await LinkAsync("ci/p.yaml");
        Assert.Empty(build.Problems);
        Assert.Equal((BuildState.Running, ".pipeline.yaml"), (build.Build.State, build.DefinitionFile));
    }

    [Theory]
    [InlineData("/etc/passwd", "it leads to '/etc/passwd', which is outside of the repository")]
    [InlineData("../x", "it leads to '../x', which is outside of the repository")]
    [InlineData("not/there", "it leads to 'not/there', which is not in the repository at this commit")]
    [InlineData(".pipeline.yaml", "it leads round in a circle, or over too many others")]
    [InlineData("ci/p\u0001", "it leads to 'ci/p\u0001', which is not in the repository at this commit")]
    public async Task A_symbolic_link_to_anything_else_is_refused_in_words(string target, string why)
    {
        await host.Repo.StartBranchAsync();
        var build = await LinkAsync(target);
        Assert.Equal(
            (BuildState.Failed, $"This is a symbolic link that cannot be followed: {why}."),
            (build.Build.State, Assert.Single(build.Problems).Message));
    }

    [Theory]
    [InlineData("real", true)]
    [InlineData("real/f", false)]
    [InlineData("link", false)]
    [InlineData("REAL", false)]
    [InlineData("none", false)]
    public async Task The_path_of_a_module_is_a_folder_at_the_commit(string path, bool isFolder)
    {
        await host.Repo.StartBranchAsync();
        await host.Repo.CommitAsync("A folder", "real/f", "x");
        await CommitLinkAsync("link", "real");
        await host.Repo.GitAsync("checkout", "-q", ".");
        await host.Repo.CommitAsync("Define", ".pipeline.yaml", $"modules: {{ m: {{ path: {path}, steps: [{{ run: ls }}] }} }}");

        var build = await host.BuildHeadAsync();

        Assert.Equal(isFolder ? BuildState.Running : BuildState.Failed, build.Build.State);
        if (!isFolder)
            Assert.Equal($"There is no folder '{path}' in the repository at this commit.", Assert.Single(build.Problems).Message);
    }

    private async Task<BuildDetail> LinkAsync(string target)
    {
        await CommitLinkAsync(".pipeline.yaml", target);
        return await host.BuildHeadAsync();
    }

    private async Task CommitLinkAsync(string name, string target)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, target);
        var blob = (await host.Repo.GitAsync("hash-object", "-w", "--no-filters", file)).Trim();
        File.Delete(file);
        await host.Repo.GitAsync("update-index", "--add", "--cacheinfo", $"120000,{blob},{name}");
        await host.Repo.GitAsync("commit", "-q", "-m", "Link");
    }

    [Fact]
    public async Task A_byte_order_mark_and_characters_of_any_length_are_read()
    {
        var build = await PushAsync([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes("steps: [{ name: t, run: \"echo é€😀\" }]")]);
        Assert.Empty(build.Problems);
        Assert.Equal((BuildState.Running, ".pipeline.yaml"), (build.Build.State, build.DefinitionFile));
        var run = (await host.IntakeAsync())[^1].GetProperty("run").GetProperty("runnerSpec").GetString()!;
        Assert.Contains("echo é€😀", System.Text.RegularExpressions.Regex.Unescape(run), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData((4 << 20) + 1, "This is too large to be a definition: it has 4,194,305 bytes.")]
    [InlineData(4 << 20, "The file has 4,194,304 characters; at most 1,048,576 are read.")]
    public async Task A_file_that_is_too_large_is_refused(int bytes, string message)
    {
        var build = await PushAsync([.. Enumerable.Repeat((byte)'#', bytes)]);
        Assert.Equal((BuildState.Failed, message), (build.Build.State, Assert.Single(build.Problems).Message));
        Assert.Equal(".pipeline.yaml", build.DefinitionFile);
        Assert.NotNull(build.Problems[0].Hint);
    }

    [Fact]
    public async Task A_folder_of_that_name_is_no_definition_and_hides_the_other_spelling()
    {
        await host.Repo.StartBranchAsync();
        await host.Repo.CommitAsync("Define", ".pipeline.yml", TaskCalls.OneStep);
        var other = await host.BuildHeadAsync();
        Assert.Equal((BuildState.Running, ".pipeline.yml"), (other.Build.State, other.DefinitionFile));

        await host.Repo.CommitAsync("Folder", ".pipeline.yaml/x", "x");
        var build = await host.BuildHeadAsync();
        Assert.Equal(
            (BuildState.Failed, "This is a folder, not a file."),
            (build.Build.State, Assert.Single(build.Problems).Message));
    }

    private async Task<BuildDetail> PushAsync(byte[] definition)
    {
        await host.Repo.StartBranchAsync();
        await host.Repo.CommitBytesAsync(".pipeline.yaml", definition);
        return await host.BuildHeadAsync();
    }
}
