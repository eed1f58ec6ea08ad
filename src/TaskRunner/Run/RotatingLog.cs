namespace Pipeline.TaskRunner.Run;

/// <summary><c>service.log</c>, <c>service.log.1</c>, <c>service.log.2</c>: at most <paramref name="maxBytes"/> each, the newest
/// without a number.</summary>
internal sealed class RotatingLog(string path, long maxBytes, int files) : IDisposable
{
    private FileStream current = Open(path);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        if (current.Length + bytes.Length > maxBytes && current.Length > 0)
            Rotate();
        current.Write(bytes);
    }

    public void Dispose() => current.Dispose();

    private void Rotate()
    {
        current.Dispose();
        for (var i = files - 1; i > 0; i--)
        {
            var older = i == 1 ? path : $"{path}.{i - 1}";
            if (File.Exists(older))
                File.Move(older, $"{path}.{i}", overwrite: true);
        }

        current = Open(path);
    }

    private static FileStream Open(string path) => new(path, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
}
