using Pipeline.Kernel.Yaml;

namespace Pipeline.BuildRunner.Definitions;

/// <summary>A definition, or every reason why it is none.</summary>
/// <param name="Definition">Null when there are problems.</param>
internal sealed record DefinitionResult(PipelineDefinition? Definition, IReadOnlyList<DefinitionProblem> Problems);
