using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pipeline.Kernel.Files;
using Pipeline.Kernel.Postgres;

namespace Pipeline.Kernel.Tests.Files;

public sealed class PrivateFilesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("private-files-test-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Registered_folders_are_closed_before_any_service_starts_and_folders_above_stay_as_they_are()
    {
        var shared = Path.Combine(folder, "shared");
        Directory.CreateDirectory(Path.Combine(shared, "wide"));
        File.SetUnixFileMode(shared, (UnixFileMode)0b111_101_101);
        File.SetUnixFileMode(Path.Combine(shared, "wide"), (UnixFileMode)0b111_111_111);
        var builder = new HostApplicationBuilder();
        builder.Services.AddHostedService(_ => new Witness(() => ModeOf(Path.Combine(shared, "wide"))));
        builder.Services.AddSingleton(new PrivateFolder(Path.Combine(shared, "wide")));
        builder.Services.AddSingleton(new PrivateFolder(Path.Combine(shared, "made", "here")));
        builder.Services.AddHostedService<PrivateFolderSetUp>();
        using var host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.StopAsync(TestContext.Current.CancellationToken);

        Assert.Equal("700", Assert.Single(host.Services.GetServices<IHostedService>().OfType<Witness>()).Seen);
        Assert.Equal(["755", "700", "700", "700"], new[] { "", "wide", "made", "made/here" }.Select(f => ModeOf(Path.Combine(shared, f))));
    }

    [Theory]
    [InlineData(1000, 0b111_101_101, true)] // closed afterwards
    [InlineData(0, 0b111_111_101, true)] // a volume of root's with the server's group
    [InlineData(0, 0b111_111_111, false)]
    [InlineData(1001, 0b111_000_000, false)]
    public void A_folder_is_the_servers_or_roots_and_never_open_to_all(uint owner, uint mode, bool isPrivate)
    {
        var problem = PrivateFiles.FolderProblem("/srv/keys", new PathStatus(owner, 0x4000 | mode), self: 1000);

        if (isPrivate)
            Assert.Null(problem);
        else
            Assert.StartsWith($"The folder /srv/keys belongs to another user (id {owner})", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 0b110_100_000, null)] // as a secret is mounted
    [InlineData(0, 0b110_110_000, "can be read by others (mode 660)")]
    [InlineData(0, 0b110_100_100, "can be read by others (mode 644)")]
    [InlineData(1001, 0b110_000_000, "belongs to another user (id 1001)")]
    public void A_file_of_roots_may_be_open_to_the_servers_group_and_one_of_a_third_person_is_refused(
        uint owner, uint mode, string? problem)
    {
        var found = PrivateFiles.FileProblem("/srv/keys/builder.pem", new PathStatus(owner, 0x8000 | mode), self: 1000);

        if (problem is null)
            Assert.Null(found);
        else
            Assert.Contains(problem, found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whose_a_path_is_comes_from_what_a_link_names()
    {
        // For root somebody else's; for anybody else root's.
        var foreign = Environment.UserName == "root" ? Path.Combine(folder, "foreign") : "/usr";
        if (foreign != "/usr")
        {
            Directory.CreateDirectory(foreign);
            (await ChildProcess.RunAsync("chown", ["65534", foreign], TestContext.Current.CancellationToken)).ThrowIfFailed("chown");
        }

        Directory.CreateSymbolicLink(Path.Combine(folder, "link"), foreign);

        Assert.True(PrivateFiles.IsMine(folder));
        Assert.True(PrivateFiles.IsMine(Path.Combine(folder, "nothing")));
        Assert.False(PrivateFiles.IsMine(foreign));
        Assert.False(PrivateFiles.IsMine(Path.Combine(folder, "link")));
    }

    [Theory]
    [InlineData(0b110_000_000, true)]
    [InlineData(0b100_000_000, true)]
    [InlineData(0b111_000_000, true)]
    [InlineData(0b110_100_000, false)]
    [InlineData(0b110_000_100, false)]
    [InlineData(0b110_010_000, false)]
    [InlineData(0b110_000_001, false)]
    public void A_file_counts_as_private_when_its_owner_alone_has_it(int mode, bool isPrivate)
    {
        var file = Path.Combine(folder, "key");
        File.WriteAllText(file, "secret");
        File.SetUnixFileMode(file, (UnixFileMode)mode);

        Assert.Equal(
            isPrivate ? null : $"{file} can be read by others (mode {Convert.ToString(mode, 8)}): chmod 600 it.",
            PrivateFiles.Problem(file));
    }

    [Fact]
    public void What_is_not_there_is_no_problem_and_a_folder_is_no_file()
    {
        Assert.Null(PrivateFiles.Problem(Path.Combine(folder, "nothing")));
        Assert.StartsWith($"{folder} is not a file", PrivateFiles.Problem(folder), StringComparison.Ordinal);
    }

    private static string ModeOf(string path) => Convert.ToString((int)File.GetUnixFileMode(path), 8);

    private sealed class Witness(Func<string> look) : IHostedService
    {
        public string? Seen { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            Seen = look();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
