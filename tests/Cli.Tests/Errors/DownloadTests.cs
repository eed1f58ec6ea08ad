using Pipeline.Cli.Tests.Kit;

namespace Pipeline.Cli.Tests.Errors;

/// <summary>A download is the whole file under its name, or nothing.</summary>
public sealed class DownloadTests : IDisposable
{
    private const string Request = "GET /api/v1/tasks/t1/files/out/a%20b";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("cli-");

    private string Target => Path.Combine(folder.FullName, "file");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(null)]
    [InlineData("a longer text that was there before")]
    public async Task A_file_comes_whole_and_replaces_what_was_there(string? before)
    {
        if (before is not null)
            await File.WriteAllTextAsync(Target, before, TestContext.Current.CancellationToken);
        await using var server = FakeServer.Start().On(Request, 200, "grüße", "application/octet-stream");

        var ran = await DownloadAsync(server, Target);

        Assert.Equal((0, "", $"{Target}: 7 bytes\n"), (ran.Code, ran.Out, ran.Error));
        Assert.Equal("grüße", await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken));
        Assert.Equal(["file"], Names());
    }

    [Theory]
    [InlineData(true, 9)]
    [InlineData(false, 6)]
    public async Task A_download_that_fails_leaves_the_former_file_and_no_part_of_the_new_one(bool breaksOff, int exitCode)
    {
        await File.WriteAllTextAsync(Target, "before", TestContext.Current.CancellationToken);
        await using var server = FakeServer.Start().Otherwise(404, "{}");
        if (breaksOff)
            server.Stream(Request, "half", StreamEnd.Breaks);

        var ran = await DownloadAsync(server, Target);

        Assert.Equal((exitCode, ""), (ran.Code, ran.Out));
        Assert.Equal("before", await File.ReadAllTextAsync(Target, TestContext.Current.CancellationToken));
        Assert.Equal(["file"], Names());
    }

    [Theory]
    [InlineData("there/is/no/folder")]
    [InlineData("folder")]
    public async Task A_place_that_cannot_be_written_is_named_with_the_remedy(string name)
    {
        folder.CreateSubdirectory("folder");
        await using var server = FakeServer.Start().On(Request, 200, "x");
        var target = Path.Combine(folder.FullName, name);

        var ran = await DownloadAsync(server, target);

        Assert.Equal((2, ""), (ran.Code, ran.Out));
        Assert.Matches($"^error: {target}(\\.part)? cannot be written: .*\n  Name another file with -o\\.\n$", ran.Error);
        Assert.Empty(Names());
    }

    private static Task<Result> DownloadAsync(FakeServer server, string target) =>
        Run.Async(server, "task", "files", "t1", "out/a b", "-o", target);

    private string[] Names() => [.. folder.GetFiles().Select(f => f.Name)];
}
