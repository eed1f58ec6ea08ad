using System.ComponentModel.DataAnnotations;

namespace Pipeline.ArtifactStore;

/// <summary>Section <c>ArtifactStore</c>. Paths left empty lie under the setting <c>DataDirectory</c>.</summary>
public sealed class ArtifactStoreOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "ArtifactStore";

    /// <summary>Blobs: <c>sha256/ab/cdef…</c> under it. Empty: <c>&lt;DataDirectory&gt;/artifacts</c>.</summary>
    [Required]
    public string Path { get; set; } = "";

    /// <summary>Private signing keys of the control plane, mode 0600, made on the first start. Empty:
    /// <c>&lt;DataDirectory&gt;/keys</c>.</summary>
    [Required]
    public string KeysPath { get; set; } = "";

    /// <summary>The folder of the root key, mode 0700, made on the first start. Only the first start and the commands <c>keys …</c> read
    /// it: between them it may be kept elsewhere. Empty: <c>&lt;DataDirectory&gt;/root</c>.</summary>
    [Required]
    public string RootPath { get; set; } = "";

    /// <summary>Where the signed <c>trust.json</c> for agents is written, with <c>root.pub</c> beside it. Empty:
    /// <c>&lt;DataDirectory&gt;/trust/trust.json</c>.</summary>
    [Required]
    public string TrustPath { get; set; } = "";

    /// <summary>How long a trust policy is believed. Only <c>keys renew</c> and <c>keys rotate</c> make the next one; the server warns
    /// when 60 days are left.</summary>
    [Range(1, 3650)]
    public int TrustDays { get; set; } = 3650;

    /// <summary>The builder's identity in provenance: a URI.</summary>
    [Required]
    public string BuilderId { get; set; } = "urn:x-pipeline:builder/v1";
}
