namespace Pipeline.LocalMesos.Tests;

public sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pipeline-localmesos-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
