using System.Security.Cryptography;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Data;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Tests;

public sealed class BlobStoreTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private Store store = null!;
    private BlobStore blobs = null!;

    public async ValueTask InitializeAsync()
    {
        store = await Store.StartAsync();
        blobs = store.Get<BlobStore>();
    }

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(262_144)]
    [InlineData(1_000_003)]
    public async Task Bytes_come_back_under_their_digest(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size);
        var digest = Digest.Of(bytes);

        Assert.Equal(PutOutcome.Stored, await blobs.PutAsync(new Trickle(bytes), digest, None));
        Assert.Equal(PutOutcome.AlreadyThere, await blobs.PutAsync(new MemoryStream(), digest, None));

        Assert.NotNull(blobs.SizeOf(digest));
        Assert.Equal(size, blobs.SizeOf(digest));
        await using var stream = blobs.OpenRead(digest)!;
        var read = new MemoryStream();
        await stream.CopyToAsync(read, None);
        Assert.Equal(bytes, read.ToArray());
        Assert.True(await blobs.IsIntactAsync(digest, None));
        Assert.Equal(Path.Combine(store.Folder, "artifacts", "sha256", digest.Hex[..2], digest.Hex[2..]), stream.Name);
    }

    [Fact]
    public async Task Other_bytes_than_announced_are_refused_and_nothing_is_left()
    {
        var digest = Digest.Of("expected"u8);

        Assert.Equal(PutOutcome.Mismatch, await blobs.PutAsync(new MemoryStream("other"u8.ToArray()), digest, None));

        Assert.Null(blobs.SizeOf(digest));
        Assert.Null(blobs.OpenRead(digest));
        Assert.Empty(FilesIn(store.Folder));
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing_under_the_name_or_beside_it()
    {
        var bytes = RandomNumberGenerator.GetBytes(900_000);

        await Assert.ThrowsAsync<IOException>(() => blobs.PutAsync(new Trickle(bytes) { BreakAt = 700_000 }, Digest.Of(bytes), None));

        Assert.Empty(FilesIn(store.Folder));
        Assert.Equal(PutOutcome.Stored, await blobs.PutAsync(new MemoryStream(bytes), Digest.Of(bytes), None));
    }

    [Fact]
    public async Task While_an_upload_runs_nobody_sees_a_part_of_it()
    {
        var bytes = RandomNumberGenerator.GetBytes(900_000);
        var gate = new TaskCompletionSource();
        var put = blobs.PutAsync(new Trickle(bytes) { WaitAt = 600_000, Gate = gate.Task }, Digest.Of(bytes), None);

        Assert.Null(blobs.SizeOf(Digest.Of(bytes)));
        gate.SetResult();
        Assert.Equal(PutOutcome.Stored, await put);
        Assert.Equal(bytes.Length, blobs.SizeOf(Digest.Of(bytes)));
    }

    [Fact]
    public async Task Many_uploads_of_the_same_bytes_at_once_end_in_one_file()
    {
        var bytes = RandomNumberGenerator.GetBytes(500_000);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => blobs.PutAsync(new Trickle(bytes), Digest.Of(bytes), None))));

        Assert.DoesNotContain(PutOutcome.Mismatch, outcomes);
        Assert.Single(FilesIn(store.Folder));
        Assert.True(await blobs.IsIntactAsync(Digest.Of(bytes), None));
    }

    [Fact]
    public async Task Bytes_changed_from_outside_are_noticed()
    {
        var digest = Digest.Of("good"u8);
        await blobs.PutAsync(new MemoryStream("good"u8.ToArray()), digest, None);
        await File.WriteAllTextAsync(FilesIn(store.Folder).Single(), "evil", None);

        Assert.False(await blobs.IsIntactAsync(digest, None));
        Assert.Null(await blobs.IsIntactAsync(Digest.Of("nothing"u8), None));
    }

    private static string[] FilesIn(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories);

    /// <summary>Bytes as a network gives them: in odd pieces, late, and sometimes not to the end.</summary>
    private sealed class Trickle(byte[] bytes) : Stream
    {
        private int position;

        public int BreakAt { get; init; } = int.MaxValue;
        public int WaitAt { get; init; } = int.MaxValue;
        public Task Gate { get; init; } = Task.CompletedTask;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await Task.Yield();
            if (position >= WaitAt)
                await Gate;
            if (position >= BreakAt)
                throw new IOException("the connection broke");
            var length = Math.Min(Math.Min(buffer.Length, 7919), bytes.Length - position);
            bytes.AsMemory(position, length).CopyTo(buffer);
            position += length;
            return length;
        }

        public override bool CanRead => true;
        public override bool CanSeek => false;
        public override bool CanWrite => false;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => position; set => throw new NotSupportedException(); }
        public override void Flush() => throw new NotSupportedException();
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
