namespace Pipeline.Embedded;

/// <summary>
/// Keeps what lies above the data directory out of the builds inside it. By default the data directory is in this product's own clone,
/// and MSBuild, the .NET command line and editors look upwards for settings: a pusher's build must not find ours.
/// </summary>
internal static class DataFence
{
    private const string EmptyProject = "<Project />\n";

    private static readonly IReadOnlyDictionary<string, string> Files = new Dictionary<string, string>
    {
        ["Directory.Build.props"] = EmptyProject,
        ["Directory.Build.targets"] = EmptyProject,
        ["Directory.Build.rsp"] = "",
        ["Directory.Packages.props"] = EmptyProject,
        ["Directory.Solution.props"] = EmptyProject,
        ["Directory.Solution.targets"] = EmptyProject,
        [".editorconfig"] = "root = true\n",
        ["global.json"] = "{}\n",
    };

    /// <summary>Writes the files at which those searches end; those that are there stay as they are.</summary>
    public static void Raise(string directory)
    {
        foreach (var (name, text) in Files)
        {
            var path = Path.Combine(directory, name);
            if (!File.Exists(path))
                File.WriteAllText(path, text);
        }
    }
}
