namespace Pipeline.GitWebhooks.Contract;

/// <summary>What is at a path of a commit.</summary>
public enum SourceFileState
{
    /// <summary>A file; its bytes are read.</summary>
    File,

    /// <summary>Nothing.</summary>
    Missing,

    /// <summary>A file of more bytes than are read.</summary>
    TooLarge,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>Another repository.</summary>
    Submodule,

    /// <summary>A symbolic link that leads to no file of the repository.</summary>
    BadLink,
}

/// <summary>A file of a commit, reached over symbolic links that stay in the repository.</summary>
/// <param name="State">What is there.</param>
/// <param name="Bytes">Of a file; null of anything else.</param>
/// <param name="Why">Completes a sentence that begins with its path, where the state says too little.</param>
public sealed record SourceFile(SourceFileState State, byte[]? Bytes, string? Why);
