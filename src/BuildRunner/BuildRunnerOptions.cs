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

    /// <summary>Where people reach this server: steps find it in <c>PIPELINE_URL</c>.</summary>
    [Required, Url(ErrorMessage = "BuildRunner:PublicUrl (or PublicUrl) must be an absolute http(s) URL.")]
    public string PublicUrl { get; set; } = "";

    /// <summary>How often a module is started again when the agent or the network failed under it.</summary>
    [Range(0, 10)]
    public int InfraRetries { get; set; } = 2;
}
