using Pipeline.Kernel.Files;

namespace Pipeline.Kernel.Tests.Files;

public sealed class DurableFileTests
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    [Fact]
    public async Task Of_writers_that_come_at_once_one_makes_the_file_and_no_other_ever_replaces_it()
    {
        var folder = Directory.CreateTempSubdirectory("durable-file-test-").FullName;
        try
        {
            foreach (var round in Enumerable.Range(0, 300))
            {
                var path = Path.Combine(folder, $"file-{round}");
                using var start = new Barrier(8);

                var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(writer => Task.Factory.StartNew(
                    () =>
                    {
                        start.SignalAndWait();
                        var made = DurableFile.Create(path, $"writer {writer}", OwnerOnly);
                        return (Writer: writer, Made: made, Read: File.ReadAllText(path));
                    },
                    CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

                var winner = Assert.Single(outcomes, o => o.Made).Writer;
                Assert.All(outcomes, o => Assert.Equal($"writer {winner}", o.Read));
            }

            Assert.Equal(300, Directory.GetFileSystemEntries(folder).Length);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_link_that_leads_nowhere_counts_as_a_file_of_that_name()
    {
        var folder = Directory.CreateTempSubdirectory("durable-file-test-").FullName;
        try
        {
            var path = Path.Combine(folder, "key");
            File.CreateSymbolicLink(path, Path.Combine(folder, "elsewhere"));

            Assert.False(DurableFile.Create(path, "secret", OwnerOnly));
            Assert.Equal([path], Directory.GetFileSystemEntries(folder));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_file_that_cannot_be_made_is_named()
    {
        var failure = Assert.ThrowsAny<IOException>(() => DurableFile.Create("/proc/key", "secret", OwnerOnly));

        Assert.Contains("/proc/key", failure.Message, StringComparison.Ordinal);
    }
}
