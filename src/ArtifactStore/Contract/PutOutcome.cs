namespace Pipeline.ArtifactStore.Contract;

/// <summary>How an upload ended.</summary>
public enum PutOutcome
{
    /// <summary>The bytes are on the disk under their digest.</summary>
    Stored,

    /// <summary>The bytes were there; the upload was not read.</summary>
    AlreadyThere,

    /// <summary>The bytes are not those that were announced; nothing was kept.</summary>
    Mismatch,

    /// <summary>The disk of the store is full; nothing was kept.</summary>
    DiskFull,
}
