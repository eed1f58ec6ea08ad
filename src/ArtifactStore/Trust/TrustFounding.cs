using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Attestation;
using Pipeline.Kernel;
using Pipeline.Kernel.Files;

namespace Pipeline.ArtifactStore.Trust;

/// <summary>
/// The first start on a folder: makes root key, signing keys and the first trust policy. Afterwards the root key is not read any more.
/// Several servers that start at once end with the same; one that was interrupted goes on where it was.
/// </summary>
internal sealed class TrustFounding(
    TrustPaths paths, IOptions<ArtifactStoreOptions> options, TimeProvider time, ILogger<TrustFounding> logger)
{
    private readonly Lock guard = new();

    // The public root is written last; while this file is there, what is missing is made and nothing else.
    private string Marker => Path.Combine(paths.Keys, "founding");

    /// <exception cref="UsageException">Some of it is there and the rest was lost.</exception>
    public void Ensure()
    {
        if (File.Exists(paths.PinnedRoot))
            return;
        lock (guard)
        {
            if (File.Exists(paths.FormerRootKey))
                MoveRoot();
            else if (IsFirst())
                Found();
        }
    }

    private bool IsFirst()
    {
        var traces = new[] { paths.KeyOf("builder"), paths.KeyOf("promoter"), paths.Policy }.Where(File.Exists).ToList();
        if (traces.Count == 0 || File.Exists(Marker))
            return true;
        if (File.Exists(paths.PinnedRoot))
            return false; // another server was quicker
        throw new UsageException(
            $"{paths.PinnedRoot} is missing although there is {string.Join(" and ", traces)}: which root key this server trusts is not"
            + " known. Restore the file from a backup (agents have it as root.pub beside their trust.json).");
    }

    private void Found()
    {
        PrivateFiles.MakeFolder(paths.Keys);
        DurableFile.Create(Marker, "", TrustPaths.OwnerOnly);
        using var root = Make(paths.RootKey);
        using var builder = Make(paths.KeyOf("builder"));
        using var promoter = Make(paths.KeyOf("promoter"));
        var first = new TrustPolicy(
            1, time.GetUtcNow().AddDays(options.Value.TrustDays),
            [Trusted(builder, KeyRole.Builder), Trusted(promoter, KeyRole.Promoter, KeyRole.Approver)], []);
        DurableFile.Create(paths.Policy, TrustPolicy.Sign(first, root), TrustPaths.Readable);
        Finish(root);
    }

    /// <summary>Earlier versions kept the root key beside the others and signed with it at every start.</summary>
    private void MoveRoot()
    {
        using var root = KeyFiles.Load(paths.FormerRootKey);
        using var builder = KeyFiles.Load(paths.KeyOf("builder"));
        using var promoter = KeyFiles.Load(paths.KeyOf("promoter"));
        var before = File.Exists(paths.Policy)
            ? TrustPolicy.Read(File.ReadAllText(paths.Policy), root.PublicKeyPem, DateTimeOffset.MinValue, 0).Policy
            : null;
        TrustedKey[] keys = [Trusted(builder, KeyRole.Builder), Trusted(promoter, KeyRole.Promoter, KeyRole.Approver)];
        if (before is not null && keys.FirstOrDefault(k => before.Keys.All(known => known.Id != k.Id)) is { } swapped)
        {
            throw new UsageException(
                $"Key {swapped.Id} in {paths.Keys} is not one that trust policy version {before.Version} names: it was swapped. Restore"
                + " builder.pem and promoter.pem from a backup.");
        }

        var policy = new TrustPolicy(
            (before?.Version ?? 0) + 1, time.GetUtcNow().AddDays(options.Value.TrustDays), before?.Keys ?? keys, before?.Revoked ?? []);
        PrivateFiles.MakeFolder(Path.GetDirectoryName(paths.RootKey)!);
        DurableFile.Create(paths.RootKey, root.ExportPrivatePem(), TrustPaths.OwnerOnly);
        DurableFile.Replace(paths.Policy, TrustPolicy.Sign(policy, root), TrustPaths.Readable);
        Finish(root);
        File.Delete(paths.FormerRootKey);
        logger.RootMoved(paths.RootKey);
    }

    private void Finish(SigningKey root)
    {
        DurableFile.Replace(paths.AgentsRoot, root.PublicKeyPem + "\n", TrustPaths.Readable);
        DurableFile.Create(paths.PinnedRoot, root.PublicKeyPem + "\n", TrustPaths.OwnerOnly);
        File.Delete(Marker);
    }

    private SigningKey Make(string path)
    {
        var isNew = !File.Exists(path);
        var key = KeyFiles.LoadOrMake(path);
        if (isNew)
            logger.KeyMade(Path.GetFileNameWithoutExtension(path), key.Id, path);
        return key;
    }

    internal static TrustedKey Trusted(SigningKey key, params KeyRole[] roles) => new(
        key.Id, Convert.ToBase64String(key.PublicKey), SignatureFormat.P1363, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue, roles);
}
