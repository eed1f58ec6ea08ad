using Pipeline.Kernel;
using Pipeline.Scheduler.Launching;

namespace Pipeline.Scheduler.Tests.Launching;

public sealed class ServerKeyTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("pipeline-key-").FullName;

    private string KeyFile => Path.Combine(directory, "keys", "server.key");

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void The_first_start_makes_a_key_that_only_its_owner_may_read_and_later_ones_read_it()
    {
        var first = ServerKey.LoadOrCreate(KeyFile);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyFile));
        Assert.Equal(32, new FileInfo(KeyFile).Length);
        Assert.Equal(first.TicketFor("t1"), ServerKey.LoadOrCreate(KeyFile).TicketFor("t1"));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(KeyFile)!));
    }

    [Fact]
    public void A_key_that_others_can_read_is_refused_with_what_to_do()
    {
        ServerKey.LoadOrCreate(KeyFile);
        File.SetUnixFileMode(KeyFile, File.GetUnixFileMode(KeyFile) | UnixFileMode.GroupRead);

        var refused = Assert.Throws<UsageException>(() => ServerKey.LoadOrCreate(KeyFile));

        Assert.Equal($"{KeyFile} can be read by others (mode 640): chmod 600 it.", refused.Message);
    }

    [Fact]
    public async Task Servers_that_start_at_once_agree_on_one_key()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => ServerKey.LoadOrCreate(KeyFile).TicketFor("t1"))));
        var kept = ServerKey.LoadOrCreate(KeyFile).TicketFor("t1");
        Assert.All(keys, k => Assert.Equal(kept, k));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_file_of_another_length_is_refused_with_what_to_do(int bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(KeyFile)!);
        File.WriteAllBytes(KeyFile, new byte[bytes]);
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var refused = Assert.Throws<UsageException>(() => ServerKey.LoadOrCreate(KeyFile));
        Assert.Contains($"{bytes} bytes instead of 32", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tickets_and_tokens_differ_by_task_kind_and_key_and_fit_into_an_address()
    {
        var key = new ServerKey(new byte[32]);
        var other = new ServerKey([1, .. new byte[31]]);
        string[] all = [key.TicketFor("t1"), key.TokenFor("t1"), key.TicketFor("t2"), key.TokenFor("t2"), other.TicketFor("t1"),
            other.TokenFor("t1")];
        Assert.Equal(all.Length, all.Distinct().Count());
        Assert.All(all, t => Assert.Matches("^[A-Za-z0-9_-]{43}$", t));
        Assert.Equal(key.TicketFor("t1"), new ServerKey(new byte[32]).TicketFor("t1"));
    }
}
