using Pipeline.Attestation;
using Pipeline.Kernel;
using Pipeline.Kernel.Files;

namespace Pipeline.ArtifactStore.Trust;

/// <summary>A policy that this server's root signed, and the very text.</summary>
internal sealed record SignedPolicy(TrustPolicy Policy, string Document);

/// <summary>The policy in force, read from its file again whenever that changes. It never goes back, and the root key is not
/// needed.</summary>
internal sealed class TrustFiles(TrustPaths paths, TrustFounding founding)
{
    private readonly Lock guard = new();
    private SignedPolicy? current;
    private DateTime stamp;

    /// <exception cref="UsageException">There is none that this server's root signed.</exception>
    public TrustPolicy Current => Newest?.Policy ?? throw new UsageException(
        $"{paths.Policy} is missing or is not signed by the root key of this server ({paths.PinnedRoot}): restore it from a backup, or"
        + " make a new one by the command keys renew.");

    /// <summary>Null when there is none.</summary>
    public SignedPolicy? Newest
    {
        get
        {
            founding.Ensure();
            lock (guard)
            {
                var written = File.GetLastWriteTimeUtc(paths.Policy);
                if (current is null || written != stamp)
                {
                    Adopt(File.Exists(paths.Policy) ? Read(File.ReadAllText(paths.Policy)) : null);
                    stamp = written;
                }

                return current;
            }
        }
    }

    /// <summary>Null when the root of this server did not sign it. Whether it expired is for those to say who use it.</summary>
    public SignedPolicy? Read(string document) =>
        TrustPolicy.Read(document, File.ReadAllText(paths.PinnedRoot), DateTimeOffset.MinValue, 0).Policy is { } policy
            ? new SignedPolicy(policy, document)
            : null;

    /// <summary>Writes what agents need, where it is not there already.</summary>
    /// <param name="newest">At least as new as <see cref="Newest"/>.</param>
    /// <returns>False when everything was there.</returns>
    public bool Publish(SignedPolicy newest)
    {
        var root = File.ReadAllText(paths.PinnedRoot);
        var right = File.Exists(paths.Policy) && File.ReadAllText(paths.Policy) == newest.Document;
        if (right && File.Exists(paths.AgentsRoot) && File.ReadAllText(paths.AgentsRoot) == root)
            return false;
        DurableFile.Replace(paths.AgentsRoot, root, TrustPaths.Readable);
        if (!right)
            DurableFile.Replace(paths.Policy, newest.Document, TrustPaths.Readable);
        lock (guard)
            Adopt(newest);
        return true;
    }

    private void Adopt(SignedPolicy? found)
    {
        if (found is not null && (current is null || found.Policy.Version >= current.Policy.Version))
            current = found;
    }
}
