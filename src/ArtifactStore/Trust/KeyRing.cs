using System.Security.Cryptography;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.ArtifactStore.Data;
using Pipeline.Attestation;

namespace Pipeline.ArtifactStore.Trust;

/// <summary>The control plane's private keys: files of mode 0600, made on the first start. A build never sees one.</summary>
/// <remarks>The root signs only the trust policy; builder and promoter are apart, so that a stolen one cannot do the other's
/// work.</remarks>
internal sealed class KeyRing : IDisposable
{
    private static readonly byte[] Probe = "probe"u8.ToArray();

    public KeyRing(IOptions<ArtifactStoreOptions> options, ILogger<KeyRing> logger)
    {
        var directory = Path.GetFullPath(options.Value.KeysPath);
        Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Root = LoadOrMake(directory, "root", logger);
        Builder = LoadOrMake(directory, "builder", logger);
        Promoter = LoadOrMake(directory, "promoter", logger);
    }

    public SigningKey Root { get; }
    public SigningKey Builder { get; }
    public SigningKey Promoter { get; }

    public void Dispose()
    {
        Root.Dispose();
        Builder.Dispose();
        Promoter.Dispose();
    }

    private static SigningKey LoadOrMake(string directory, string name, ILogger logger)
    {
        var path = Path.Combine(directory, name + ".pem");
        if (!File.Exists(path))
        {
            using var key = SigningKey.Create();
            // Another server that starts on the same folder may be first: its key counts then.
            if (DurableFile.Create(path, key.ExportPrivatePem(), UnixFileMode.UserRead | UnixFileMode.UserWrite))
                logger.KeyMade(name, key.Id, path);
        }

        var mode = File.GetUnixFileMode(path);
        if ((mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
            throw new InvalidOperationException($"{path} can be read by others (mode {Convert.ToString((int)mode, 8)}): chmod 600 it.");
        return Load(path);
    }

    private static SigningKey Load(string path)
    {
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
        throw new InvalidOperationException(
            $"{path} does not hold a private P-256 key in PEM: restore it from a backup. Without one, remove it: a new key is made,"
            + " and what the old one signed is no longer accepted.", failure);
    }
}
