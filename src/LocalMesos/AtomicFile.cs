namespace Pipeline.LocalMesos;

internal static class AtomicFile
{
    /// <summary>A reader sees the old file or the new one, never a part.</summary>
    public static void Write(string path, byte[] bytes)
    {
        var temporary = path + ".new";
        File.WriteAllBytes(temporary, bytes);
        File.Move(temporary, path, overwrite: true);
    }
}
