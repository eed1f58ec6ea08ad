using System.Globalization;
using Pipeline.Kernel;

namespace Pipeline.Embedded;

/// <summary>What <c>up</c> was asked for: command line first, then the variables.</summary>
/// <param name="Port">Of the pages and the API: <c>PIPELINE_PORT</c>.</param>
/// <param name="TrafficPort">Of the applications: <c>PIPELINE_TRAFFIC_PORT</c>, else the next one.</param>
/// <param name="Once">End when the sample is in production: exit 0, or 1 with the reason.</param>
/// <param name="DockerSocket">Of the engine that runs tasks with an image; null: <c>/var/run/docker.sock</c>.</param>
/// <param name="Sample">Create and push the sample repository on the first start; <c>PIPELINE_SAMPLE=none</c> leaves it out.</param>
/// <param name="Isolates">False when <c>PIPELINE_ISOLATION=none</c> accepts that tasks see everything that this user sees.</param>
/// <param name="Tools">Folders that tasks may read besides the system's, joined by colons (<c>PIPELINE_TOOLS</c>).</param>
internal sealed record EmbeddedOptions(
    int Port, int TrafficPort, string DataDirectory, bool Once, bool Sample, string StagesFile, string? DockerSocket, bool Isolates,
    string Tools)
{
    public const int DefaultPort = 8080;

    public string Url => $"http://localhost:{Port}";

    /// <summary>Where applications are: another origin than the pages, so that theirs can do nothing with ours.</summary>
    public string TrafficUrl => $"http://localhost:{TrafficPort}";

    public string Folder(params string[] parts) => Path.Combine([DataDirectory, .. parts]);

    /// <exception cref="UsageException">One line for each variable that is wrong, with what is allowed.</exception>
    public static EmbeddedOptions Read(bool once, Func<string, string?> environment, InstallLayout layout)
    {
        var problems = new List<string>();
        var port = ReadPort(environment, "PIPELINE_PORT", DefaultPort, problems);
        var traffic = ReadPort(environment, "PIPELINE_TRAFFIC_PORT", port < 65535 ? port + 1 : port - 1, problems);
        if (traffic == port)
            problems.Add($"PIPELINE_TRAFFIC_PORT is {traffic}, as PIPELINE_PORT: applications need a port of their own.");
        var sample = environment("PIPELINE_SAMPLE");
        if (sample is not (null or "" or "none" or "hello"))
            problems.Add($"PIPELINE_SAMPLE is '{sample}': use hello (the default) or none.");
        var stages = environment("PIPELINE_STAGES_FILE") is { Length: > 0 } given ? Path.GetFullPath(given) : null;
        if (stages is not null && !File.Exists(stages))
            problems.Add($"PIPELINE_STAGES_FILE is '{stages}', which is no file: name one like pipelines/stages.yaml.");
        var isolation = environment("PIPELINE_ISOLATION");
        if (isolation is not (null or "" or "bubblewrap" or "none"))
            problems.Add($"PIPELINE_ISOLATION is '{isolation}': use bubblewrap (the default) or none.");
        if (problems.Count > 0)
            throw new UsageException(string.Join('\n', problems));
        var data = environment("PIPELINE_DATA");
        return new EmbeddedOptions(
            port,
            traffic,
            Path.GetFullPath(string.IsNullOrEmpty(data) ? "data" : data),
            once,
            sample != "none",
            stages ?? layout.Stages,
            environment("PIPELINE_DOCKER_SOCKET") is { Length: > 0 } socket ? Path.GetFullPath(socket) : null,
            isolation != "none",
            string.Join(':', Folders(environment("PIPELINE_TOOLS"))));
    }

    private static IEnumerable<string> Folders(string? joined) =>
        (joined ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Select(Path.GetFullPath);

    private static int ReadPort(Func<string, string?> environment, string name, int fallback, List<string> problems)
    {
        var text = environment(name);
        if (string.IsNullOrEmpty(text))
            return fallback;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535)
            return port;
        problems.Add($"{name} is '{text}': expected a port from 1 to 65535.");
        return fallback;
    }
}
