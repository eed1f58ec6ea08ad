using System.Globalization;
using Pipeline.Kernel;

namespace Pipeline.Embedded;

/// <summary>What <c>up</c> was asked for: command line first, then <c>PIPELINE_PORT</c> and <c>PIPELINE_DATA</c>.</summary>
/// <param name="Once">End when the sample is in production: exit 0, or 1 with the reason.</param>
/// <param name="DockerSocket">Of the engine that runs tasks with an image; null: <c>/var/run/docker.sock</c>.</param>
/// <param name="Sample">Create and push the sample repository on the first start; <c>PIPELINE_SAMPLE=none</c> leaves it out.</param>
internal sealed record EmbeddedOptions(int Port, string DataDirectory, bool Once, bool Sample, string StagesFile, string? DockerSocket)
{
    public const int DefaultPort = 8080;

    public string Url => $"http://localhost:{Port}";

    public string Folder(params string[] parts) => Path.Combine([DataDirectory, .. parts]);

    /// <exception cref="UsageException">One line for each argument or variable that is wrong, with what is allowed.</exception>
    public static EmbeddedOptions Read(IReadOnlyList<string> arguments, Func<string, string?> environment, InstallLayout layout)
    {
        var problems = new List<string>();
        foreach (var unknown in arguments.Where(a => a != "--once").Distinct())
            problems.Add($"up does not know '{unknown}'. It takes --once; port and data come from PIPELINE_PORT and PIPELINE_DATA.");
        var port = ReadPort(environment("PIPELINE_PORT"), problems);
        var sample = environment("PIPELINE_SAMPLE");
        if (sample is not (null or "" or "none" or "hello"))
            problems.Add($"PIPELINE_SAMPLE is '{sample}': use hello (the default) or none.");
        var stages = environment("PIPELINE_STAGES_FILE") is { Length: > 0 } given ? Path.GetFullPath(given) : null;
        if (stages is not null && !File.Exists(stages))
            problems.Add($"PIPELINE_STAGES_FILE is '{stages}', which is no file: name one like pipelines/stages.yaml.");
        if (problems.Count > 0)
            throw new UsageException(string.Join('\n', problems));
        var data = environment("PIPELINE_DATA");
        return new EmbeddedOptions(
            port,
            Path.GetFullPath(string.IsNullOrEmpty(data) ? "data" : data),
            arguments.Contains("--once"),
            sample != "none",
            stages ?? layout.Stages,
            environment("PIPELINE_DOCKER_SOCKET") is { Length: > 0 } socket ? Path.GetFullPath(socket) : null);
    }

    private static int ReadPort(string? text, List<string> problems)
    {
        if (string.IsNullOrEmpty(text))
            return DefaultPort;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535)
            return port;
        problems.Add($"PIPELINE_PORT is '{text}': expected a port from 1 to 65535.");
        return DefaultPort;
    }
}
