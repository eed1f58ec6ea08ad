using Docker.DotNet.Models;
using Pipeline.LocalMesos.Programs;
using Pipeline.LocalMesos.Sandboxes;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Containers;

/// <summary>A container to be started for a task with an image.</summary>
internal sealed record ContainerLaunch(
    W.TaskInfo Task, Sandbox Sandbox, string ContainerId, IReadOnlyDictionary<string, string> Environment)
{
    /// <summary>The label that names the work directory of the cluster that a container belongs to.</summary>
    public const string Label = "pipeline.localmesos";

    private const string SandboxInContainer = "/mnt/mesos/sandbox";
    private const long Megabyte = 1024 * 1024;
    private const int SharesPerCpu = 1024;
    private const int MinShares = 2;

    public string Image => ImageOf(Task.Container)!;

    /// <summary>In MiB; null for no limit.</summary>
    public double? MemoryLimit => ContainerResources.Limit(Task, "mem");

    /// <summary>Null for a task without an image.</summary>
    public static string? ImageOf(W.ContainerInfo? container) => container?.Mesos?.Image?.Docker?.Name ?? container?.Docker?.Image;

    /// <param name="workDirectory">Of the cluster, for the label.</param>
    public CreateContainerParameters ToParameters(string workDirectory) => new()
    {
        Name = $"mesos-{ContainerId}",
        Image = Image,
        Entrypoint = CommandLine.ForContainer(Task.Command),
        WorkingDir = SandboxInContainer,
        Env =
        [
            .. Environment.Where(v => v.Key is not ("PATH" or "PWD" or "MESOS_SANDBOX")).Select(v => $"{v.Key}={v.Value}"),
            $"MESOS_SANDBOX={SandboxInContainer}",
        ],
        Labels = new Dictionary<string, string> { [Label] = workDirectory },
        AttachStdout = true,
        AttachStderr = true,
        HostConfig = Host(),
    };

    private HostConfig Host()
    {
        var host = new HostConfig
        {
            NetworkMode = "host", PidMode = "host", LogConfig = new LogConfig { Type = "none" },
            Binds = [$"{Sandbox.Path}:{SandboxInContainer}", .. Task.Container.Volumes.Where(v => v.HasHostPath).Select(Bind)],
        };
        // A request is a share under contention; a limit is never exceeded.
        if (ContainerResources.Request(Task, "mem") is { } reserved)
            host.MemoryReservation = (long)(reserved * Megabyte);
        if (ContainerResources.Request(Task, "cpus") is { } share)
            host.CPUShares = Math.Max(MinShares, (long)(share * SharesPerCpu));
        if (MemoryLimit is { } megabytes)
            host.Memory = host.MemorySwap = (long)(megabytes * Megabyte);
        if (ContainerResources.Limit(Task, "cpus") is { } cpus)
            host.NanoCPUs = (long)(cpus * 1_000_000_000);
        return host;
    }

    private static string Bind(W.Volume volume) =>
        $"{volume.HostPath}:{volume.ContainerPath}{(volume.Mode == W.Volume.Types.Mode.Ro ? ":ro" : "")}";
}
