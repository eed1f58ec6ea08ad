using System.Formats.Tar;
using System.IO.Compression;
using Pipeline.LocalMesos.Fetching;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Tests.Fetching;

/// <summary>URIs that are fetched into a sandbox.</summary>
public sealed class FetcherTests : IDisposable
{
    private readonly TemporaryDirectory directory = new();
    private readonly Fetcher fetcher;
    private readonly string sandbox;

    public FetcherTests()
    {
        fetcher = new Fetcher(directory.Path);
        sandbox = Directory.CreateDirectory(Path.Combine(directory.Path, "sandbox")).FullName;
    }

    [Fact]
    public async Task A_file_is_copied_under_its_own_name()
    {
        await FetchAsync(Source("tool", "hi"));
        Assert.Equal("hi", Read("tool"));
    }

    [Fact]
    public async Task A_file_scheme_names_the_same_file()
    {
        await FetchAsync("file://" + Source("tool", "hi"));
        Assert.Equal("hi", Read("tool"));
    }

    [Fact]
    public async Task An_output_file_may_lie_in_a_directory_of_the_sandbox()
    {
        await FetchAsync(Source("tool", "hi"), u => u.OutputFile = "bin/renamed");
        Assert.Equal("hi", Read("bin/renamed"));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("/tmp/outside")]
    [InlineData("a/../../outside")]
    public async Task An_output_file_outside_the_sandbox_is_refused(string name)
    {
        var failed = await Assert.ThrowsAsync<FetchException>(() => FetchAsync(Source("tool", "hi"), u => u.OutputFile = name));
        Assert.Equal($"The output file '{name}' lies outside the sandbox", failed.Message);
    }

    [Fact]
    public async Task An_executable_may_be_run_and_is_not_extracted()
    {
        await FetchAsync(Zip("a.zip", "inner", "x"), u => u.Executable = true);
        Assert.True(File.GetUnixFileMode(Path.Combine(sandbox, "a.zip")).HasFlag(UnixFileMode.OtherExecute));
        Assert.False(File.Exists(Path.Combine(sandbox, "inner")));
    }

    [Theory]
    [InlineData("a.tar")]
    [InlineData("a.tar.gz")]
    [InlineData("a.tgz")]
    [InlineData("a.zip")]
    public async Task An_archive_is_extracted_and_stays(string name)
    {
        await FetchAsync(name.EndsWith(".zip", StringComparison.Ordinal) ? Zip(name, "inner", "x") : Tar(name, "inner", "x"));
        Assert.Equal("x", Read("inner"));
        Assert.True(File.Exists(Path.Combine(sandbox, name)));
    }

    [Fact]
    public async Task A_compressed_file_is_decompressed_beside_itself()
    {
        var source = Path.Combine(directory.Path, "log.gz");
        await using (var gzip = new GZipStream(File.Create(source), CompressionLevel.Fastest))
            gzip.Write("lines"u8);
        await FetchAsync(source);

        Assert.Equal("lines", Read("log"));
    }

    [Fact]
    public async Task Extraction_can_be_switched_off()
    {
        await FetchAsync(Zip("a.zip", "inner", "x"), u => u.Extract = false);
        Assert.False(File.Exists(Path.Combine(sandbox, "inner")));
    }

    [Fact]
    public async Task A_broken_archive_is_an_error_with_its_name()
    {
        var failed = await Assert.ThrowsAsync<FetchException>(() => FetchAsync(Source("a.tar.gz", "no archive")));
        Assert.StartsWith($"Failed to extract archive '{sandbox}/a.tar.gz': ", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_of_an_archive_cannot_leave_the_sandbox()
    {
        await Assert.ThrowsAsync<FetchException>(() => FetchAsync(Tar("a.tar", "../escaped", "x")));
        Assert.False(File.Exists(Path.Combine(directory.Path, "escaped")));
    }

    [Fact]
    public async Task A_missing_file_is_an_error_with_its_name()
    {
        var failed = await Assert.ThrowsAsync<FetchException>(() => FetchAsync("/no/such/file"));
        Assert.StartsWith("Failed to fetch '/no/such/file': ", failed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_scheme_has_no_client() => Assert.Equal(
        "Skipping fetch with Hadoop client: no client for 'hdfs://x/y'",
        (await Assert.ThrowsAsync<FetchException>(() => FetchAsync("hdfs://x/y"))).Message);

    [Fact]
    public async Task A_cached_file_is_fetched_once_and_linked()
    {
        var source = Source("tool", "first");
        await FetchAsync(source, u => (u.Cache, u.OutputFile) = (true, "a"));
        await File.WriteAllTextAsync(source, "second", TestContext.Current.CancellationToken);
        await FetchAsync(source, u => (u.Cache, u.OutputFile) = (true, "b"));
        await FetchAsync(source, u => u.OutputFile = "c");

        Assert.Equal(("first", "first", "second"), (Read("a"), Read("b"), Read("c")));
    }

    [Fact]
    public async Task A_failed_download_is_not_cached()
    {
        var path = Path.Combine(directory.Path, "late");
        await Assert.ThrowsAsync<FetchException>(() => FetchAsync(path, u => u.Cache = true));
        await File.WriteAllTextAsync(path, "there", TestContext.Current.CancellationToken);
        await FetchAsync(path, u => u.Cache = true);

        Assert.Equal("there", Read("late"));
    }

    [Fact]
    public void The_cache_of_an_earlier_process_is_discarded()
    {
        var old = Path.Combine(directory.Path, "fetch", "old");
        File.WriteAllText(old, "");
        using var second = new Fetcher(directory.Path);
        Assert.False(File.Exists(old));
    }

    public void Dispose()
    {
        fetcher.Dispose();
        directory.Dispose();
    }

    private string Read(string name) => File.ReadAllText(Path.Combine(sandbox, name));

    private string Source(string name, string text)
    {
        var path = Path.Combine(directory.Path, name);
        File.WriteAllText(path, text);
        return path;
    }

    private string Zip(string name, string member, string text)
    {
        var path = Path.Combine(directory.Path, name);
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        using var entry = new StreamWriter(zip.CreateEntry(member).Open());
        entry.Write(text);
        return path;
    }

    private string Tar(string name, string member, string text)
    {
        var path = Path.Combine(directory.Path, name);
        Stream output = File.Create(path);
        if (!name.EndsWith(".tar", StringComparison.Ordinal))
            output = new GZipStream(output, CompressionLevel.Fastest);
        using (output)
        {
            using var tar = new TarWriter(output);
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, member)
            {
                DataStream = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text)),
            });
        }

        return path;
    }

    private Task FetchAsync(string value, Action<W.CommandInfo.Types.URI>? change = null)
    {
        var uri = new W.CommandInfo.Types.URI { Value = value };
        change?.Invoke(uri);
        return fetcher.FetchAsync(uri, sandbox, TestContext.Current.CancellationToken);
    }
}
