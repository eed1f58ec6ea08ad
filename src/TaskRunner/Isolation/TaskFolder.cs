namespace Pipeline.TaskRunner.Isolation;

/// <summary>A folder that a task's programs may write to.</summary>
/// <param name="Path">Where it lies on the agent.</param>
/// <param name="Seen">Where the task's programs find it.</param>
internal sealed record TaskFolder(string Path, string Seen);
