using System.Security.Cryptography;
using Pipeline.ArtifactStore.Data;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Tests.Data;

/// <summary>A disk without room while an upload comes in.</summary>
public sealed class DiskFullTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly byte[] Bytes = RandomNumberGenerator.GetBytes(700_000);

    [Fact]
    public async Task A_full_disk_is_told_from_every_other_failure()
    {
        await using var full = new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        await Assert.ThrowsAsync<DiskFullException>(() => HashedCopy.ToAsync(new MemoryStream(Bytes), full, None));

        var path = Path.GetTempFileName();
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.None, bufferSize: 0);
        var lost = await Assert.ThrowsAsync<IOException>(() => HashedCopy.ToAsync(new Sender(new IOException("lost")), file, None));
        Assert.Equal("lost", lost.Message);
        Assert.Equal(Digest.Of(Bytes), await HashedCopy.ToAsync(new MemoryStream(Bytes), file, None));
        File.Delete(path);
    }

    /// <summary>The sender still writes into the second buffer when the disk refuses the first.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Buffers_go_back_to_the_pool_only_when_the_sender_has_let_go_of_them(bool atOnce)
    {
        var arrives = new TaskCompletionSource();
        var sender = new Sender(null) { Second = arrives.Task };
        var copy = HashedCopy.ToAsync(sender, new Refusing(atOnce), None);

        Assert.False(copy.IsCompleted);
        arrives.SetResult();
        Assert.Equal("full", (await Assert.ThrowsAsync<IOException>(() => copy)).Message);
        Assert.Equal(2, sender.Reads);
    }

    /// <summary>Gives whole buffers; the second one when it is told to.</summary>
    private sealed class Sender(Exception? failure) : MemoryStream
    {
        public Task Second { get; init; } = Task.CompletedTask;
        public int Reads { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (++Reads > 1)
                await Second;
            if (failure is not null)
                throw failure;
            buffer.Span.Fill(7);
            return buffer.Length;
        }
    }

    /// <summary>A disk that takes nothing.</summary>
    private sealed class Refusing(bool atOnce) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            atOnce ? throw new IOException("full") : ValueTask.FromException(new IOException("full"));
    }
}
