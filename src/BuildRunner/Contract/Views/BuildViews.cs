using Pipeline.Kernel;
using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Contract.Views;

/// <summary>A build as lists show it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="RepositoryId">The repository that is built.</param>
/// <param name="Number">Counts the builds of the repository, without gaps.</param>
/// <param name="Sha">The commit, 40 hex digits.</param>
/// <param name="Branch">The branch it was started for; null for none.</param>
/// <param name="Trigger">Why there is this build.</param>
/// <param name="RequestedBy">The actor that started it.</param>
/// <param name="RetryOf">The build that it repeats.</param>
/// <param name="State">How it is doing.</param>
/// <param name="FailureClass">Whose fault the failure is; null when it did not fail.</param>
/// <param name="Reason">Why it ended so.</param>
/// <param name="CreatedAt">When it was planned.</param>
/// <param name="StartedAt">When its first task reported.</param>
/// <param name="FinishedAt">When its last module was over.</param>
public sealed record BuildSummary(
    Guid Id, Guid RepositoryId, int Number, string Sha, string? Branch, BuildTrigger Trigger, string RequestedBy, Guid? RetryOf,
    BuildState State, FailureClass? FailureClass, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt);

/// <summary>A build with all that is known of it, except its logs.</summary>
/// <param name="Build">The build itself.</param>
/// <param name="DefinitionFile">The file that defines it; null when there is none.</param>
/// <param name="Problems">What is wrong with the definition.</param>
/// <param name="Modules">In the order of the definition.</param>
/// <param name="Artifacts">What it has made so far.</param>
public sealed record BuildDetail(
    BuildSummary Build, string? DefinitionFile, IReadOnlyList<DefinitionProblem> Problems, IReadOnlyList<ModuleView> Modules,
    IReadOnlyList<ArtifactView> Artifacts);

/// <summary>An artifact of a build.</summary>
/// <param name="Module">The module that made it.</param>
/// <param name="Name">Its name in the definition.</param>
/// <param name="Digest">SHA-256 of its bytes.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="MediaType">The media type of its bytes.</param>
public sealed record ArtifactView(string Module, string Name, string Digest, long Bytes, string MediaType);
