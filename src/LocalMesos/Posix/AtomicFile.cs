namespace Pipeline.LocalMesos.Posix;

/// <summary>Files that are replaced as a whole.</summary>
internal static class AtomicFile
{
    /// <summary>A reader sees the old contents or the new ones, never a part.</summary>
    public static void Write(string path, byte[] bytes)
    {
        var temporary = path + ".new";
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, path, overwrite: true);
    }
}
