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
    private readonly BuildHost host = fixture.Host;

    /// <summary>Latin-1, and where it is not UTF-8.</summary>
    public static TheoryData<string, int, int, string> Wrong => new()
    {
        { "steps: [{ run: x }] # caf\u00E9", 1, 26, "E9" },
        { "# \u00C3\u00A9\nsteps:\n- run: \u00E9t\u00E9", 3, 8, "E9" },
        { "\u00FF\u00FEs\0t\0", 1, 1, "FF" },
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
    [InlineData((4 << 20) + 1, "This is not a file, or it is too large to be a definition.")]
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
            (BuildState.Failed, "This is not a file, or it is too large to be a definition."),
            (build.Build.State, Assert.Single(build.Problems).Message));
    }

    private async Task<BuildDetail> PushAsync(byte[] definition)
    {
        await host.Repo.StartBranchAsync();
        await host.Repo.CommitBytesAsync(".pipeline.yaml", definition);
        return await host.BuildHeadAsync();
    }
}
