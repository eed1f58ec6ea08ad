namespace Pipeline.Mesos;

/// <summary>An entry of a sandbox.</summary>
/// <param name="Path">As the agent names it; usable for a further call.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Mode">As <c>ls -l</c> shows it: <c>-rw-r--r--</c>, directories begin with d.</param>
public sealed record SandboxFile(string Path, long Size, string Mode, DateTimeOffset Modified)
{
    /// <summary>By its mode.</summary>
    public bool IsDirectory => Mode.StartsWith('d');
}

/// <summary>A part of a file: <paramref name="Data"/> begins at <paramref name="Offset"/>. Data is empty and the offset is the file's
/// size when the size was asked for.</summary>
public sealed record SandboxText(string Data, long Offset);
