using Pipeline.BuildRunner.Definitions;
using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Http;

/// <param name="Sha">40 hex digits; null takes the head of <paramref name="Branch"/>.</param>
/// <param name="Branch">Null with a sha: the build belongs to no branch. Null without one: the default branch.</param>
internal sealed record StartBuildRequest(string? Sha, string? Branch);

internal sealed record CancelBuildRequest(string? Message);

/// <summary>The new build, at <c>/api/v1/builds/{id}</c>.</summary>
internal sealed record BuildStarted(Guid Id, int Number);

/// <param name="Content">The text of the definition.</param>
/// <param name="File">The name that problems carry.</param>
internal sealed record LintRequest(string? Content, string? File);

/// <param name="Definition">Resolved, with every default; null when there are problems.</param>
internal sealed record LintAnswer(bool Valid, IReadOnlyList<DefinitionProblem> Problems, PipelineDefinition? Definition);
