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
        if (File.Exists(path))
        {
            var mode = File.GetUnixFileMode(path);
            if ((mode & ~(UnixFileMode.UserRead | UnixFileMode.UserWrite)) != 0)
                throw new InvalidOperationException($"{path} can be read by others (mode {Convert.ToString((int)mode, 8)}): chmod 600 it.");
            return SigningKey.FromPem(File.ReadAllText(path));
        }

        var key = SigningKey.Create();
        DurableFile.Replace(path, key.ExportPrivatePem(), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        logger.KeyMade(name, key.Id, path);
        return key;
    }
}
