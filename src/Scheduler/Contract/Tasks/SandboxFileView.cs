namespace Pipeline.Scheduler.Contract.Tasks;

/// <param name="Path">Relative to the sandbox: good for a further call.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind"><c>file</c>, <c>directory</c> or <c>link</c>.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Mode">As <c>ls -l</c> shows it.</param>
/// <param name="ModifiedAt">When it was changed last.</param>
public sealed record SandboxFileView(string Path, string Name, string Kind, long Size, string Mode, DateTimeOffset ModifiedAt);
