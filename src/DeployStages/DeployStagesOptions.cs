using System.ComponentModel.DataAnnotations;

namespace Pipeline.DeployStages;

/// <summary>Section <c>DeployStages</c>.</summary>
public sealed class DeployStagesOptions
{
    public const string Section = "DeployStages";

    /// <summary>The promotion policy; relative to the content root. A file with errors at start refuses the start, at reload leaves
    /// the old in force.</summary>
    [Required]
    public string Policy { get; set; } = "pipelines/stages.yaml";
}
