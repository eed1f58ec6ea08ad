using Microsoft.Extensions.Options;
using Pipeline.Kernel.Files;

namespace Pipeline.ArtifactStore.Trust;

/// <summary>Where keys and trust lie.</summary>
internal sealed class TrustPaths(ArtifactStoreOptions options)
{
    public const UnixFileMode OwnerOnly = PrivateFiles.OwnerOnly;

    public const UnixFileMode Readable = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public TrustPaths(IOptions<ArtifactStoreOptions> options)
        : this(options.Value)
    {
    }

    public string Keys { get; } = Path.GetFullPath(options.KeysPath);

    /// <summary>The root's private key.</summary>
    public string RootKey { get; } = Path.Combine(Path.GetFullPath(options.RootPath), "root.pem");

    /// <summary>The root's public key, by which this server knows its root again; written last of all at the first start.</summary>
    public string PinnedRoot => Path.Combine(Keys, "root.pub");

    /// <summary>Where earlier versions had the root's private key.</summary>
    public string FormerRootKey => KeyOf("root");

    /// <summary>The signed policy, for agents.</summary>
    public string Policy { get; } = Path.GetFullPath(options.TrustPath);

    /// <summary>The root's public key, for agents.</summary>
    public string AgentsRoot => Path.Combine(Path.GetDirectoryName(Policy)!, "root.pub");

    public string KeyOf(string name) => Path.Combine(Keys, name + ".pem");
}
