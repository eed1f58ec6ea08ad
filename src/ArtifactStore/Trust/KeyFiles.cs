using System.Security.Cryptography;
using Pipeline.Attestation;
using Pipeline.Kernel;
using Pipeline.Kernel.Files;

namespace Pipeline.ArtifactStore.Trust;

/// <summary>Private keys in files that only their owner reads.</summary>
internal static class KeyFiles
{
    private static readonly byte[] Probe = "probe"u8.ToArray();

    /// <summary>Another process that makes the same key may be first: its key counts then.</summary>
    public static SigningKey LoadOrMake(string path)
    {
        if (!File.Exists(path))
        {
            PrivateFiles.MakeFolder(Path.GetDirectoryName(path)!);
            using var key = SigningKey.Create();
            DurableFile.Create(path, key.ExportPrivatePem(), TrustPaths.OwnerOnly);
        }

        return Load(path);
    }

    /// <exception cref="UsageException">The file holds no key, or others can read it.</exception>
    public static SigningKey Load(string path)
    {
        if (!File.Exists(path))
            throw new UsageException($"{path} is missing: restore it from a backup, or make a new key by the command keys rotate.");
        PrivateFiles.Require(path);
        SigningKey? key = null;
        Exception? failure = null;
        try
        {
            key = SigningKey.FromPem(File.ReadAllText(path));
            if (SigningKey.Verify(key.PublicKey, SignatureFormat.P1363, Probe, key.Sign(Probe)))
                return key;
        }
        catch (CryptographicException e)
        {
            failure = e;
        }

        key?.Dispose();
        throw new UsageException(
            $"{path} does not hold a private P-256 key in PEM: restore it from a backup. Without one, make a new key by the command"
            + " keys rotate; what the old one signed stays valid.", failure);
    }
}
