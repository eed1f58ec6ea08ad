using System.Net.NetworkInformation;
using Pipeline.Kernel;
using Pipeline.Kernel.Files;
using Pipeline.Kernel.Postgres;

namespace Pipeline.Embedded;

/// <summary>
/// What a lone machine has instead of a data centre: a private PostgreSQL and three LocalMesos clusters. They outlive the server.
/// </summary>
internal sealed class EmbeddedServices(EmbeddedOptions options, InstallLayout layout, TimeProvider time)
{
    public static IReadOnlyList<string> ClusterNames { get; } = ["infra-qa", "product-qa", "production"];

    private readonly PrivatePostgres postgres = new(options.Folder("pg"));
    private readonly IReadOnlyList<EmbeddedCluster> clusters =
        [.. ClusterNames.Select(name =>
            new EmbeddedCluster(name, options.Folder("clusters", name), options.DockerSocket, layout, time))];

    /// <summary>Finds what would fail later, all of it, before anything is written.</summary>
    /// <exception cref="UsageException">One line for each thing that is in the way.</exception>
    public static async Task CheckAsync(EmbeddedOptions options, CancellationToken ct)
    {
        var problems = new List<string>();
        var taken = IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Select(e => e.Port).ToHashSet();
        if (taken.Contains(options.Port))
            problems.Add($"Port {options.Port} is taken. Choose another one: PIPELINE_PORT={options.Port + 10} ./up");
        if (taken.Contains(options.TrafficPort))
            problems.Add($"Port {options.TrafficPort} is taken, where applications would be. Choose another one: "
                + $"PIPELINE_TRAFFIC_PORT={options.TrafficPort + 10} ./up");
        foreach (var program in new[] { "git", "setsid", "perl" }.Where(p => !OnPath(p)))
            problems.Add($"{program} is not installed: apt-get install {(program == "setsid" ? "util-linux" : program)}");
        if (options.Isolates && await TaskIsolation.ProblemAsync(ct) is { } problem)
            problems.Add(problem);
        if (ForeignFolder(options.DataDirectory) is { } foreign)
            problems.Add(foreign);
        if (problems.Count > 0)
            throw new UsageException(string.Join('\n', problems));
    }

    // Also a folder of root's: what lies in it would not be this user's to protect.
    private static string? ForeignFolder(string path) => PrivateFiles.IsMine(path)
        ? null
        : $"The data directory {path} belongs to another user, who could change keys and programs in it. Choose another one: "
            + "PIPELINE_DATA=… ./up";

    /// <summary>Starts everything that does not run yet, side by side.</summary>
    /// <returns>Settings for the host: connection string and masters.</returns>
    public async Task<Dictionary<string, string?>> StartAsync(CancellationToken ct)
    {
        var database = postgres.StartAsync(ct);
        var starting = Task.WhenAll(clusters.Select(c => c.StartAsync(TaskEnvironment(c.Name), ct)));
        // All of them settle before a failure is told: what started must be stopped again.
        await Task.WhenAll(database, starting);
        var masters = await starting;
        var settings = new Dictionary<string, string?> { ["ConnectionStrings:Pipeline"] = postgres.ConnectionString };
        foreach (var (cluster, master) in clusters.Zip(masters))
        {
            settings[$"Clusters:{cluster.Name}:Masters:0"] = master;
            foreach (var user in (string[])["", "Agent"])
            {
                settings[$"Clusters:{cluster.Name}:{user}Principal"] = EmbeddedCluster.Principal;
                settings[$"Clusters:{cluster.Name}:{user}Secret"] = cluster.Secret;
            }

            settings[$"Clusters:{cluster.Name}:Containers:TrustPath"] = TrustPath;
            settings[$"Clusters:{cluster.Name}:Containers:StatePath"] = StatePath(cluster.Name);
        }

        return settings;
    }

    public async Task StopAsync(CancellationToken ct)
    {
        await Task.WhenAll(clusters.Select(c => c.StopAsync(ct)));
        await postgres.StopAsync(ct);
    }

    // What a real agent gives its tasks by --executor_environment_variables: its trust root, its memory of generations, its tools.
    private Dictionary<string, string> TaskEnvironment(string cluster)
    {
        var state = StatePath(cluster);
        Directory.CreateDirectory(state, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var environment = new Dictionary<string, string>
        {
            ["PIPELINE_TRUST"] = TrustPath,
            ["PIPELINE_STATE"] = state,
            ["PIPELINE_STAGES"] = cluster,
            ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/local/bin:/usr/bin:/bin",
        };
        // Builds are signed by nobody: production runs only what was promoted.
        if (cluster == "production")
            environment["PIPELINE_BUILDS"] = "deny";
        var dotnet = Environment.GetEnvironmentVariable("DOTNET_ROOT");
        if (dotnet is not null)
            environment["DOTNET_ROOT"] = dotnet;
        environment["PIPELINE_TOOLS"] = string.Join(
            ':', ((string?[])[options.Tools, dotnet ?? DotnetFolder()]).Where(t => !string.IsNullOrEmpty(t)));
        if (!options.Isolates)
            environment["PIPELINE_ISOLATION"] = "none";
        return environment;
    }

    // The sample is built with it, and it may be installed anywhere.
    private static string? DotnetFolder()
    {
        var program = Programs("dotnet").FirstOrDefault();
        return program is null ? null : Path.GetDirectoryName(new FileInfo(program).ResolveLinkTarget(true)?.FullName ?? program);
    }

    private string TrustPath => options.Folder("trust", "trust.json");

    private string StatePath(string cluster) => options.Folder("clusters", cluster, "state");

    private static bool OnPath(string program) => Programs(program).Any();

    private static IEnumerable<string> Programs(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, name)).Where(File.Exists);
}
