using System.ComponentModel.DataAnnotations;

namespace Pipeline.BuildRunner;

/// <summary>Section <c>BuildRunner</c>. <c>DataDirectory</c> and <c>PublicUrl</c> fall back to the settings of that name at the
/// root.</summary>
public sealed class BuildRunnerOptions
{
    /// <summary>Name of the section.</summary>
    public const string Section = "BuildRunner";

    /// <summary>The cluster whose agents build.</summary>
    [Required(AllowEmptyStrings = false)]
    public string Cluster { get; set; } = "infra-qa";

    /// <summary>Holds <c>bundles/</c> and <c>logs/</c>.</summary>
    [Required(AllowEmptyStrings = false, ErrorMessage = "BuildRunner:DataDirectory (or DataDirectory) must name a folder.")]
    public string DataDirectory { get; set; } = "";

    internal string Bundles => Path.Combine(DataDirectory, "bundles");

    internal string Logs => Path.Combine(DataDirectory, "logs");

    /// <summary>Where people reach this server: steps find it in <c>PIPELINE_URL</c>.</summary>
    [Required, Url(ErrorMessage = "BuildRunner:PublicUrl (or PublicUrl) must be an absolute http(s) URL.")]
    public string PublicUrl { get; set; } = "";

    /// <summary>How often a module is started again when the agent or the network failed under it.</summary>
    [Range(0, 10)]
    public int InfraRetries { get; set; } = 2;

    /// <summary>The most bytes of a step's log that are kept. The log ends with a sentence that says so; the step goes on.</summary>
    [Range(LeastLogBytes, long.MaxValue, ErrorMessage = "BuildRunner:StepLogBytes must be at least 65536 bytes.")]
    public long StepLogBytes { get; set; } = 256L << 20;

    /// <summary>The most bytes of the logs of all steps of a module together.</summary>
    [Range(LeastLogBytes, long.MaxValue, ErrorMessage = "BuildRunner:ModuleLogBytes must be at least 65536 bytes.")]
    public long ModuleLogBytes { get; set; } = 1L << 30;

    /// <summary>The most bytes of all artifacts of a module together, as they are sent: a folder packed. A build that makes more fails.
    /// </summary>
    [Range(1, long.MaxValue, ErrorMessage = "BuildRunner:ModuleArtifactBytes must be at least 1 byte.")]
    public long ModuleArtifactBytes { get; set; } = 5L << 30;

    /// <summary>The most bytes of artifacts of a repository, over all its builds. What the store had already does not count.</summary>
    [Range(1, long.MaxValue, ErrorMessage = "BuildRunner:RepositoryArtifactBytes must be at least 1 byte.")]
    public long RepositoryArtifactBytes { get; set; } = 200L << 30;

    private const double LeastLogBytes = 64 * 1024;
}
