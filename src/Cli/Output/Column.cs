namespace Pipeline.Cli.Output;

/// <summary>A column of a table.</summary>
/// <param name="Path">Where its value is in an item, for example <c>rollout.group</c>.</param>
internal sealed record Column(string Title, string Path);
