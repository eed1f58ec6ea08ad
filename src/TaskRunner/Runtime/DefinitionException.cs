namespace Pipeline.TaskRunner.Runtime;

/// <summary>The definition cannot be followed as it is written: an artifact path that is not there, for example.</summary>
internal sealed class DefinitionException(string message) : Exception(message);
