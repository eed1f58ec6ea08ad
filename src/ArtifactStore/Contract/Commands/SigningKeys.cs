using Microsoft.Extensions.Options;
using Pipeline.ArtifactStore.Trust;
using Pipeline.Attestation;
using Pipeline.Kernel;
using Pipeline.Kernel.Files;

namespace Pipeline.ArtifactStore.Contract.Commands;

/// <summary>
/// Changes of trust, which need the root key: for whoever has it at a terminal, never for the running server. Only files are written; a
/// running server adopts them within seconds and journals the change.
/// </summary>
public sealed class SigningKeys
{
    /// <summary>Servers that run go on signing with the old key for so long at most.</summary>
    private static readonly TimeSpan Handover = TimeSpan.FromMinutes(5);

    /// <summary>Clocks of agents may be late.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromHours(1);

    private readonly TrustPaths paths;
    private readonly TrustFiles files;
    private readonly TimeProvider time;
    private readonly int days;

    internal SigningKeys(TrustPaths paths, TrustFiles files, IOptions<ArtifactStoreOptions> options, TimeProvider time) =>
        (this.paths, this.files, this.time, days) = (paths, files, time, options.Value.TrustDays);

    /// <summary>The keys of the policy, one a line.</summary>
    public string Show()
    {
        RequireKeys();
        var (policy, now) = (files.Current, time.GetUtcNow());
        var lines = policy.Keys.Select(k =>
            $"{k.Id}  {string.Join(", ", k.Roles.Select(r => r.ToString().ToLowerInvariant()))}  {StateOf(policy, k, now)}");
        var root = File.Exists(paths.RootKey) ? $"lies at {paths.RootKey}: keep it elsewhere" : $"is not at {paths.RootKey}, which is well";
        return string.Join(
            Environment.NewLine,
            [$"Trust policy version {policy.Version}, valid until {policy.Expires:u}.", .. lines, $"The root key {root}."]);
    }

    /// <summary>Makes what the first start makes, unless it is there.</summary>
    public string Init() => $"Trust policy version {files.Current.Version} is at {paths.Policy}, the root key at {paths.RootKey}: move that"
        + " to a safe place. Only keys rotate, renew and revoke need it.";

    /// <summary>Makes a new key and retires the old one, which stays valid for what it signed.</summary>
    /// <param name="name"><c>builder</c> or <c>promoter</c>.</param>
    /// <param name="rootKey">File of the root's private key; null: where the first start put it.</param>
    /// <returns>A sentence that says what was done.</returns>
    /// <exception cref="UsageException">There is no such key, or the root key is not at hand.</exception>
    public string Rotate(string name, string? rootKey)
    {
        KeyRole[] roles = name switch
        {
            "builder" => [KeyRole.Builder],
            "promoter" => [KeyRole.Promoter, KeyRole.Approver],
            _ => throw new UsageException($"There is no signing key '{name}': the keys are builder and promoter."),
        };
        using var root = Root(rootKey);
        using var fresh = SigningKey.Create();
        var (now, before) = (time.GetUtcNow(), files.Current);
        var retired = before.Keys.Select(
            k => k.Roles.Contains(roles[0]) && k.RetiredAt is null ? k with { RetiredAt = now + Handover } : k);
        var added = TrustFounding.Trusted(fresh, roles) with { NotBefore = now - Skew };
        var version = Publish(before with { Keys = [.. retired, added] }, root);
        DurableFile.Replace(paths.KeyOf(name), fresh.ExportPrivatePem(), TrustPaths.OwnerOnly);
        return $"Key {fresh.Id} signs as {name} from now on (trust policy version {version}). The key before it signs nothing new after"
            + $" {now + Handover:u} and stays valid for what it signed. Copy {paths.Policy} to agents that do not share it.";
    }

    /// <summary>Makes the next version of the policy, with the same keys and a new expiry.</summary>
    /// <inheritdoc cref="Rotate"/>
    public string Renew(string? rootKey)
    {
        using var root = Root(rootKey);
        var version = Publish(files.Current, root);
        return $"Trust policy version {version} is valid for {days} days. Copy {paths.Policy} to agents that do not share it.";
    }

    /// <summary>Nothing that the key signed counts any more, whenever it signed.</summary>
    /// <param name="keyId">Of a key that the policy names.</param>
    /// <param name="reason">For people.</param>
    /// <inheritdoc cref="Rotate"/>
    public string Revoke(string keyId, string reason, string? rootKey)
    {
        using var root = Root(rootKey);
        var before = files.Current;
        if (before.Keys.All(k => k.Id != keyId))
        {
            throw new UsageException(
                $"Trust policy version {before.Version} names no key '{keyId}'."
                + $" It names {string.Join(", ", before.Keys.Select(k => k.Id))}.");
        }

        var version = Publish(before with { Revoked = [.. before.Revoked, new RevokedKey(keyId, time.GetUtcNow(), reason)] }, root);
        return $"Key {keyId} is revoked (trust policy version {version}): what it signed is not accepted any more. Copy {paths.Policy} to"
            + " agents that do not share it.";
    }

    private void RequireKeys()
    {
        if (!File.Exists(paths.PinnedRoot) && !File.Exists(paths.FormerRootKey))
        {
            throw new UsageException(
                $"There are no keys in {paths.Keys}: name the server's data directory by --data, or make keys by the command keys init.");
        }
    }

    private static string StateOf(TrustPolicy policy, TrustedKey key, DateTimeOffset now) =>
        policy.Revoked.FirstOrDefault(r => r.KeyId == key.Id) is { } revoked ? $"revoked: {revoked.Reason}"
            : key.RetiredAt is { } at ? at <= now ? $"retired at {at:u}" : $"signs until {at:u}"
            : "signs";

    private long Publish(TrustPolicy policy, SigningKey root)
    {
        var next = policy with { Version = policy.Version + 1, Expires = time.GetUtcNow().AddDays(days) };
        files.Publish(new SignedPolicy(next, TrustPolicy.Sign(next, root)));
        return next.Version;
    }

    private SigningKey Root(string? given)
    {
        RequireKeys();
        _ = files.Newest; // moves what earlier versions had elsewhere
        var path = Path.GetFullPath(given ?? paths.RootKey);
        if (!File.Exists(path))
            throw new UsageException($"The root key is not at {path}: bring it there for this command, or say where it is by --root.");
        var root = KeyFiles.Load(path);
        if (root.PublicKeyPem.Trim() == File.ReadAllText(paths.PinnedRoot).Trim())
            return root;
        root.Dispose();
        throw new UsageException($"The key in {path} is not the root key of this server: {paths.PinnedRoot} holds another public key.");
    }
}
