using System.ComponentModel.DataAnnotations;

namespace Pipeline.DeployStages;

/// <summary>Settings of the slice: section <c>DeployStages</c>.</summary>
public sealed class DeployStagesOptions
{
    /// <summary>The name of the section.</summary>
    public const string Section = "DeployStages";

    /// <summary>The promotion policy; relative to the content root. A file with errors refuses the start; later it leaves
    /// the previous policy in force.</summary>
    [Required]
    public string Policy { get; set; } = "pipelines/stages.yaml";
}
