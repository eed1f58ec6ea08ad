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

    /// <summary>Private keys of the control plane, mode 0600, made on the first start. Empty: <c>&lt;DataDirectory&gt;/keys</c>.</summary>
    [Required]
    public string KeysPath { get; set; } = "";

    /// <summary>Where the signed <c>trust.json</c> for agents is written, with <c>root.pub</c> beside it. Empty:
    /// <c>&lt;DataDirectory&gt;/trust/trust.json</c>.</summary>
    [Required]
    public string TrustPath { get; set; } = "";

    /// <summary>How long a trust policy is believed; it is published anew after half of it.</summary>
    [Range(1, 3650)]
    public int TrustDays { get; set; } = 90;

    /// <summary>The builder's identity in provenance: a URI.</summary>
    [Required]
    public string BuilderId { get; set; } = "urn:x-pipeline:builder/v1";
}
