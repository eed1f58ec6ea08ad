using System.Diagnostics;
using System.Globalization;
using Pipeline.Kernel;
using Pipeline.Kernel.Postgres;

namespace Pipeline.Embedded.Tests;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Settings_of_folders_above_do_not_reach_what_is_built_inside()
    {
        DataFence.Raise(folder.Path);

        foreach (var name in new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", "Directory.Build.rsp", "global.json" })
            Assert.True(File.Exists(Path.Combine(folder.Path, name)), name);
        Assert.Equal("root = true\n", File.ReadAllText(Path.Combine(folder.Path, ".editorconfig")));
    }

    [Fact]
    public void A_file_that_somebody_put_there_stays_as_it_is()
    {
        var mine = folder.Write("global.json", "{ \"sdk\": {} }");

        DataFence.Raise(folder.Path);
        DataFence.Raise(folder.Path);

        Assert.Equal("{ \"sdk\": {} }", File.ReadAllText(mine));
    }

    [Fact]
    public async Task A_directory_serves_one_server_at_a_time_and_says_how_to_run_another()
    {
        using (DataLock.Take(folder.Path))
        {
            var refused = Assert.Throws<UsageException>(() => DataLock.Take(folder.Path));
            Assert.Contains(folder.Path, refused.Message, StringComparison.Ordinal);
            Assert.Contains("PIPELINE_DATA=", refused.Message, StringComparison.Ordinal);
            Assert.Equal(
                Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
                (await ChildProcess.RunAsync("cat", [Path.Combine(folder.Path, "lock")], CancellationToken.None)).Output); // the lock is advisory
        }

        DataLock.Take(folder.Path).Dispose();
    }

    [Fact]
    public async Task A_lock_of_a_process_that_was_killed_is_free()
    {
        var path = Path.Combine(folder.Path, "lock");
        using var holder = Process.Start(new ProcessStartInfo("flock", ["--no-fork", path, "sleep", "600"]))!;
        await TestKit.Eventually.IsTrueAsync(
            async () => (await ChildProcess.RunAsync("flock", ["-n", path, "true"], CancellationToken.None)).ExitCode != 0,
            TimeSpan.FromSeconds(20), "the other process holds the lock");
        Assert.Throws<UsageException>(() => DataLock.Take(folder.Path));

        holder.Kill(entireProcessTree: true);
        await holder.WaitForExitAsync(TestContext.Current.CancellationToken);

        await TestKit.Eventually.IsTrueAsync(() => Task.FromResult(CanTake()), TimeSpan.FromSeconds(20), "the lock is free");
    }

    [Fact]
    public void A_part_of_the_installation_that_is_missing_is_named_with_the_remedy()
    {
        var layout = folder.Layout("localmesos/localmesos");

        Assert.Equal(Path.Combine(folder.Path, "localmesos", "localmesos"), layout.LocalMesos);
        foreach (var missing in new Func<string>[] { () => layout.TaskRunner, () => layout.Stages, () => layout.Sample })
            Assert.Matches("^/.+ is missing\\. .*scripts/build", Assert.Throws<UsageException>(() => missing()).Message);
    }

    [Fact]
    public async Task A_taken_port_is_found_before_anything_is_written()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        var port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;

        var refused = await Assert.ThrowsAsync<UsageException>(
            () => EmbeddedServices.CheckAsync(folder.Options(port), TestContext.Current.CancellationToken));

        Assert.Contains($"Port {port} is taken", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"PIPELINE_PORT={port + 10}", refused.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.Options().DataDirectory));
    }

    [Fact]
    public async Task A_data_directory_of_another_user_is_refused_even_behind_a_link()
    {
        var ct = TestContext.Current.CancellationToken;
        // For root somebody else's; for anybody else root's.
        var foreign = Environment.UserName == "root" ? Path.Combine(folder.Path, "foreign") : "/usr";
        if (foreign != "/usr")
        {
            Directory.CreateDirectory(foreign);
            (await ChildProcess.RunAsync("chown", ["65534", foreign], ct)).ThrowIfFailed("chown");
        }

        var link = Path.Combine(folder.Path, "link");
        Directory.CreateSymbolicLink(link, foreign);

        foreach (var path in (string[])[foreign, link])
        {
            var refused = await Assert.ThrowsAsync<UsageException>(
                () => EmbeddedServices.CheckAsync(folder.Options() with { DataDirectory = path }, ct));
            Assert.Contains($"The data directory {path} belongs to another user", refused.Message, StringComparison.Ordinal);
        }
    }

    private bool CanTake()
    {
        try
        {
            DataLock.Take(folder.Path).Dispose();
            return true;
        }
        catch (UsageException)
        {
            return false;
        }
    }
}
