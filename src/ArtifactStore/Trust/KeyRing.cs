using Pipeline.Attestation;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Trust;

/// <summary>The control plane's signing keys, which the trust policy must name. A build never sees one; the root key is not here.</summary>
/// <remarks>Builder and promoter are apart, so that a stolen one cannot do the other's work. A key that was rotated is taken up at the
/// next signature.</remarks>
internal sealed class KeyRing(TrustPaths paths, TrustFiles trust, TimeProvider time) : IDisposable
{
    private readonly Lock guard = new();
    private readonly Dictionary<KeyRole, Loaded> loaded = [];

    /// <exception cref="UsageException">The trust policy does not name the key, or no longer.</exception>
    public SigningKey Builder => Get("builder", KeyRole.Builder);

    /// <inheritdoc cref="Builder"/>
    public SigningKey Promoter => Get("promoter", KeyRole.Promoter);

    public void Dispose()
    {
        foreach (var key in loaded.Values)
            key.Key.Dispose();
    }

    private SigningKey Get(string name, KeyRole role)
    {
        var policy = trust.Current;
        var path = paths.KeyOf(name);
        lock (guard)
        {
            var stamp = File.GetLastWriteTimeUtc(path);
            if (!loaded.TryGetValue(role, out var known) || known.Stamp != stamp)
                loaded[role] = known = new Loaded(KeyFiles.Load(path), stamp);
            Require(policy, known.Key, name, role, path);
            return known.Key;
        }
    }

    private void Require(TrustPolicy policy, SigningKey key, string name, KeyRole role, string path)
    {
        var now = time.GetUtcNow();
        var named = policy.KeysFor(role, now).FirstOrDefault(k => k.Id == key.Id);
        if (named is null)
        {
            throw new UsageException(
                $"The key in {path} ({key.Id}) is not one that trust policy version {policy.Version} lets sign as {name}: it was swapped"
                + $" or revoked. Restore the file from a backup, or make a new key by the command keys rotate {name}.");
        }

        if (named.RetiredAt <= now)
        {
            throw new UsageException(
                $"The key in {path} ({key.Id}) was retired at {named.RetiredAt:u} and signs nothing new: restore the newest {name}.pem,"
                + $" or make a new key by the command keys rotate {name}.");
        }
    }

    private sealed record Loaded(SigningKey Key, DateTime Stamp);
}
