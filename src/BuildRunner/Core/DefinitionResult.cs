using Pipeline.BuildRunner.Definitions;
using Pipeline.Kernel;

namespace Pipeline.BuildRunner.Core;

/// <summary>A definition, or every reason why it is none.</summary>
/// <param name="Definition">Null when there are problems.</param>
public sealed record DefinitionResult(PipelineDefinition? Definition, IReadOnlyList<DefinitionProblem> Problems);
