namespace Pipeline.Kernel.Yaml;

/// <summary>One error in a definition. Line and column count from 1.</summary>
public sealed record DefinitionProblem(string File, int Line, int Column, string Message, string? Hint)
{
    /// <inheritdoc/>
    public override string ToString() => $"{File}:{Line}:{Column}: {Message}{(Hint is null ? "" : $" ({Hint})")}";
}
