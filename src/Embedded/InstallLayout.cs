using Pipeline.Kernel;

namespace Pipeline.Embedded;

/// <summary>
/// Where the programs lie beside each other: <c>server/</c>, <c>localmesos/</c>, <c>taskrunner/</c>, <c>cli/</c>, <c>pipelines/</c>.
/// </summary>
internal sealed class InstallLayout
{
    /// <param name="root">The folder that holds them; null: the one above the server that runs.</param>
    public InstallLayout(string? root = null)
    {
        Root = Path.GetFullPath(root ?? Path.Combine(AppContext.BaseDirectory, ".."));
    }

    public string Root { get; }

    public string LocalMesos => Require(Path.Combine(Root, "localmesos", "localmesos"));

    public string TaskRunner => Require(Path.Combine(Root, "taskrunner", "taskrunner"));

    public string Sample => Require(Path.Combine(Root, "pipelines", "samples", "hello"));

    public string Stages => Require(Path.Combine(Root, "pipelines", "stages.yaml"));

    private static string Require(string path) =>
        Path.Exists(path)
            ? path
            : throw new UsageException(
                $"{path} is missing. Start with ./up, which builds everything, or build the parts with scripts/build.");
}
