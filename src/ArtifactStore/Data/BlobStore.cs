using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.ArtifactStore.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Files;
using Pipeline.Kernel.Postgres;

namespace Pipeline.ArtifactStore.Data;

/// <summary>
/// Bytes by their SHA-256, in files <c>sha256/ab/cdef…</c>. A name appears only when its bytes are whole, right and on the disk.
/// </summary>
internal sealed class BlobStore
{
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromDays(1);
    private readonly string root;
    private readonly ILogger<BlobStore> logger;

    public BlobStore(IOptions<ArtifactStoreOptions> options, TimeProvider time, ILogger<BlobStore> logger)
    {
        root = Path.GetFullPath(options.Value.Path);
        this.logger = logger;
        RemoveLeftovers(time.GetUtcNow() - LeftoverAge);
    }

    /// <summary>Streams the content to the disk and hashes it once; memory stays constant.</summary>
    /// <exception cref="IOException">The disk is broken, or the sender is lost; nothing is kept.</exception>
    public async Task<PutOutcome> PutAsync(Stream content, Digest expected, CancellationToken ct)
    {
        Transactions.RequireNone();
        var path = PathOf(expected);
        if (File.Exists(path))
            return PutOutcome.AlreadyThere;
        var temporary = TemporaryPath();
        try
        {
            var actual = await WriteAsync(content, temporary, ct);
            if (actual != expected)
            {
                logger.UploadMismatch(expected, actual);
                return PutOutcome.Mismatch;
            }

            var directory = Path.GetDirectoryName(path)!;
            EnsureDirectory(directory);
            File.Move(temporary, path, overwrite: true);
            DurableFile.SyncDirectory(directory);
            return PutOutcome.Stored;
        }
        catch (DiskFullException e)
        {
            logger.DiskFull(root, expected, e);
            return PutOutcome.DiskFull;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <summary>Bytes of a blob, null when it is not there.</summary>
    public long? SizeOf(Digest digest)
    {
        var file = new FileInfo(PathOf(digest));
        return file.Exists ? file.Length : null;
    }

    /// <summary>A seekable stream for whole and range reads; null when the blob is not there. The caller disposes it.</summary>
    public FileStream? OpenRead(Digest digest)
    {
        Transactions.RequireNone();
        try
        {
            return new FileStream(PathOf(digest), new FileStreamOptions
            {
                Mode = FileMode.Open, Access = FileAccess.Read, Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan, BufferSize = 0,
            });
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Hashes the stored bytes again: false when they are no longer what their name says, null when they are not there.</summary>
    public async Task<bool?> IsIntactAsync(Digest digest, CancellationToken ct)
    {
        await using var stream = OpenRead(digest);
        if (stream is null)
            return null;
        var actual = Digest.FromHash(await SHA256.HashDataAsync(stream, ct));
        if (actual != digest)
            logger.BlobTampered(digest, actual);
        return actual == digest;
    }

    internal string PathOf(Digest digest) => Path.Combine(root, "sha256", digest.Hex[..2], digest.Hex[2..]);

    // On the same file system as the blobs, so that the rename is atomic; a crash leaves it here, never under a digest's name.
    private string TemporaryPath()
    {
        var directory = Path.Combine(root, "incoming");
        Directory.CreateDirectory(directory);
        return Path.Combine(directory, $"{Environment.ProcessId}-{Path.GetRandomFileName()}");
    }

    // Parts of uploads that a crash cut off; younger ones may belong to another server on the same store.
    private void RemoveLeftovers(DateTimeOffset olderThan)
    {
        var incoming = new DirectoryInfo(Path.Combine(root, "incoming"));
        if (!incoming.Exists)
            return;
        foreach (var file in incoming.EnumerateFiles().Where(f => f.LastWriteTimeUtc < olderThan.UtcDateTime))
            file.Delete();
    }

    private static void EnsureDirectory(string directory)
    {
        if (Directory.Exists(directory))
            return;
        Directory.CreateDirectory(directory);
        DurableFile.SyncDirectory(Path.GetDirectoryName(directory)!);
    }

    private static async Task<Digest> WriteAsync(Stream content, string temporary, CancellationToken ct)
    {
        await using var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, Options = FileOptions.Asynchronous,
            BufferSize = 0,
        });
        return await HashedCopy.ToAsync(content, file, ct);
    }
}
