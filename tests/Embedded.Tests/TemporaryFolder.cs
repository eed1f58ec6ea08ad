using System.Diagnostics;

namespace Pipeline.Embedded.Tests;

/// <summary>A folder that goes away with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pipeline-embedded-").FullName;

    /// <summary>An installation as <c>scripts/build</c> lays it out, with the given files.</summary>
    public InstallLayout Layout(params string[] files)
    {
        foreach (var file in files)
            Write(file, "");
        return new InstallLayout(Path);
    }

    public string Write(string name, string text)
    {
        var path = System.IO.Path.Combine(Path, name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public EmbeddedOptions Options(int port = 8080, int trafficPort = 8081) =>
        new(
            port, trafficPort, System.IO.Path.Combine(Path, "data"), Once: false, Sample: true, "stages.yaml", null, Isolates: true,
            Tools: "");

    // The BCL does not delete names that are not UTF-8.
    public void Dispose() => Process.Start("rm", ["-rf", "--", Path]).WaitForExit();
}
