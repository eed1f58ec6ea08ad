using System.Security.Cryptography;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Data;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Tests.Data;

/// <summary>What becomes of blobs when the disk, the sender or the process fails.</summary>
public sealed class BlobFaultTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private const string NoDatabase = "Host=not-needed";
    private static readonly byte[] Bytes = "0123456789"u8.ToArray();
    private static readonly Digest Name = Digest.Of(Bytes);
    private Store store = null!;

    private string Artifacts => Path.Combine(store.Folder, "artifacts");
    private string Incoming => Path.Combine(Artifacts, "incoming");
    private string Shard => Path.Combine(Artifacts, "sha256", Name.Hex[..2]);

    public async ValueTask InitializeAsync() => store = await Store.StartAsync(database: NoDatabase);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    [Theory]
    [InlineData("artifacts")]
    [InlineData("artifacts/incoming")]
    [InlineData("artifacts/sha256")]
    [InlineData("artifacts/sha256/SHARD")]
    public async Task Where_a_folder_cannot_be_made_the_error_names_it_and_nothing_is_kept(string blocked)
    {
        var path = Path.Combine(store.Folder, blocked.Replace("SHARD", Name.Hex[..2], StringComparison.Ordinal));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, "in the way", None);
        var blobs = store.Get<BlobStore>();

        var failed = await Assert.ThrowsAnyAsync<IOException>(() => blobs.PutAsync(new MemoryStream(Bytes), Name, None));

        Assert.Contains(path, failed.Message, StringComparison.Ordinal);
        Assert.Equal([path], FilesIn(store.Folder));
        Assert.Null(blobs.SizeOf(Name));
        File.Delete(path);
        Assert.Equal(PutOutcome.Stored, await blobs.PutAsync(new MemoryStream(Bytes), Name, None));
    }

    [Fact]
    public async Task A_folder_under_the_name_of_a_blob_is_no_blob_and_the_upload_fails_without_a_rest()
    {
        Directory.CreateDirectory(Path.Combine(Shard, Name.Hex[2..]));
        var blobs = store.Get<BlobStore>();

        Assert.Null(blobs.SizeOf(Name));
        await Assert.ThrowsAnyAsync<IOException>(() => blobs.PutAsync(new MemoryStream(Bytes), Name, None));

        Assert.Empty(FilesIn(store.Folder));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(10)]
    public async Task A_sender_that_is_cancelled_or_lost_at_any_byte_leaves_nothing(int sent)
    {
        var blobs = store.Get<BlobStore>();
        using var cancel = new CancellationTokenSource();

        await Assert.ThrowsAsync<IOException>(
            () => blobs.PutAsync(new Breaking(Bytes[..sent], () => throw new IOException("gone")), Name, None));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => blobs.PutAsync(new Breaking(Bytes[..sent], cancel.Cancel), Name, cancel.Token));

        Assert.Empty(FilesIn(store.Folder));
        Assert.Null(blobs.OpenRead(Name));
    }

    [Theory]
    [InlineData(9)]
    [InlineData(0)]
    public async Task A_part_of_the_bytes_is_not_the_bytes(int length)
    {
        Assert.Equal(PutOutcome.Mismatch, await store.Get<BlobStore>().PutAsync(new MemoryStream(Bytes[..length]), Name, None));
        Assert.Empty(FilesIn(store.Folder));
    }

    [Fact]
    public async Task Bytes_that_are_there_are_neither_read_again_nor_replaced()
    {
        var blobs = store.Get<BlobStore>();
        await blobs.PutAsync(new MemoryStream(Bytes), Name, None);

        Assert.Equal(PutOutcome.AlreadyThere, await blobs.PutAsync(new Breaking([], () => throw new IOException("read")), Name, None));
        Assert.Equal(PutOutcome.AlreadyThere, await blobs.PutAsync(new MemoryStream("other"u8.ToArray()), Name, None));

        Assert.True(await blobs.IsIntactAsync(Name, None));
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("012345678", false)]
    [InlineData("0123456789 ", false)]
    [InlineData("0123456788", false)]
    [InlineData("0123456789", true)]
    public async Task Any_change_of_the_file_is_noticed_when_it_is_hashed_again(string content, bool intact)
    {
        var blobs = store.Get<BlobStore>();
        await blobs.PutAsync(new MemoryStream(Bytes), Name, None);
        await File.WriteAllTextAsync(FilesIn(store.Folder).Single(), content, None);

        Assert.Equal(intact, await blobs.IsIntactAsync(Name, None));
        Assert.Equal(content.Length, blobs.SizeOf(Name));
    }

    [Theory]
    [InlineData(25, false)]
    [InlineData(24, true)]
    [InlineData(0, true)]
    [InlineData(-1, true)]
    public async Task After_a_crash_what_lies_in_incoming_for_more_than_a_day_is_removed_and_never_a_blob(int hours, bool kept)
    {
        Directory.CreateDirectory(Incoming);
        var rest = Path.Combine(Incoming, "1-rest");
        await File.WriteAllBytesAsync(rest, Bytes[..5], None);
        File.SetLastWriteTimeUtc(rest, store.Time.GetUtcNow().UtcDateTime.AddHours(-hours));

        var blobs = store.Get<BlobStore>();

        Assert.Equal(kept, File.Exists(rest));
        Assert.Null(blobs.SizeOf(Name));
        Assert.Equal(PutOutcome.Stored, await blobs.PutAsync(new MemoryStream(Bytes), Name, None));
        Assert.Equal(kept ? [rest] : [], Directory.GetFiles(Incoming));
    }

    [Fact]
    public async Task Two_servers_on_one_folder_take_the_same_bytes_at_once_and_keep_one_file()
    {
        await using var other = await Store.StartAsync(store.Folder, NoDatabase);
        var bytes = RandomNumberGenerator.GetBytes(600_000);
        using var both = new Barrier(2);

        var outcomes = await Task.WhenAll(new[] { store, other }.Select(s => s.Get<BlobStore>()).Select(blobs => Task.Run(
            () => blobs.PutAsync(new Breaking(bytes, () => { }, atStart: both.SignalAndWait), Digest.Of(bytes), None))));

        Assert.All(outcomes, o => Assert.Equal(PutOutcome.Stored, o));
        Assert.Equal([Path.Combine(Artifacts, "sha256", Digest.Of(bytes).Hex[..2], Digest.Of(bytes).Hex[2..])], FilesIn(store.Folder));
        Assert.True(await other.Get<BlobStore>().IsIntactAsync(Digest.Of(bytes), None));
    }

    [Fact]
    public async Task A_reader_keeps_his_bytes_when_the_file_is_removed_under_him()
    {
        var blobs = store.Get<BlobStore>();
        await blobs.PutAsync(new MemoryStream(Bytes), Name, None);
        await using var stream = blobs.OpenRead(Name)!;
        File.Delete(FilesIn(store.Folder).Single());
        var read = new MemoryStream();

        await stream.CopyToAsync(read, None);

        Assert.Equal(Bytes, read.ToArray());
        Assert.True(stream.CanSeek);
        Assert.Null(blobs.OpenRead(Name));
        Assert.Null(await blobs.IsIntactAsync(Name, None));
    }

    private static string[] FilesIn(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories);

    /// <summary>Gives its bytes in one piece, then does what a broken connection does.</summary>
    private sealed class Breaking(byte[] bytes, Action atEnd, Action? atStart = null) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position == 0)
                atStart?.Invoke();
            if (Position == Length)
                atEnd();
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
