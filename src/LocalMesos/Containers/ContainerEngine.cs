using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Docker.DotNet;
using Docker.DotNet.Models;
using Pipeline.LocalMesos.Agents;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Containers;

/// <summary>
/// Runs tasks with an image as containers of a Docker engine, as a Mesos agent without network and pid isolation does: host network, the
/// machine's process ids (so that a signal reaches a command that is not prepared to be process 1), the sandbox at its usual place.
/// </summary>
public sealed class ContainerEngine : IDisposable
{
    private const string Inside = "/mnt/mesos/sandbox";
    private const string Mark = "pipeline.localmesos";
    private const long Megabyte = 1024 * 1024;
    private const int SharesOfCpu = 1024;
    private const int FewestShares = 2;
    private readonly string directory;
    private readonly Lazy<DockerClient> client;

    /// <param name="directory">The work directory: containers are marked with it.</param>
    public ContainerEngine(string socket, string directory)
    {
        this.directory = directory;
        client = new Lazy<DockerClient>(() => new DockerClientBuilder().WithEndpoint(new Uri("unix://" + socket)).Build());
    }

    public static string? ImageOf(W.ContainerInfo? container) => container?.Mesos?.Image?.Docker?.Name ?? container?.Docker?.Image;

    /// <summary>Removes the containers that an earlier run in the same directory left; gives how many there were.</summary>
    public async Task<int> RemoveLeftoversAsync(string socket, CancellationToken ct)
    {
        if (!File.Exists(socket))
            return 0;
        try
        {
            var left = await client.Value.Containers.ListContainersAsync(
                new ContainersListParameters
                {
                    All = true,
                    Filters = new Dictionary<string, IDictionary<string, bool>>
                    {
                        ["label"] = new Dictionary<string, bool> { [$"{Mark}={directory}"] = true },
                    },
                },
                ct);
            foreach (var container in left)
                await RemoveAsync(container.ID);
            return left.Count;
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
            return 0; // An engine that is not there has no containers of ours either.
        }
    }

    /// <exception cref="ContainerException">No such image, no engine, or the command does not exist in the image.</exception>
    internal async Task<IProgram> StartAsync(
        W.TaskInfo task, IReadOnlyList<string> command, Sandbox sandbox, string containerId, IReadOnlyDictionary<string, string> environment,
        CancellationToken ct)
    {
        var image = ImageOf(task.Container)!;
        try
        {
            await PullAsync(image, ct);
            var made = await client.Value.Containers.CreateContainerAsync(
                Parameters(image, task, command, sandbox, containerId, environment), ct);
            try
            {
                return await StartAsync(made.ID, sandbox, LimitOf(task, "mem"), ct);
            }
            catch
            {
                await RemoveAsync(made.ID);
                throw;
            }
        }
        catch (DockerApiException e)
        {
            throw new ContainerException($"Failed to launch container: image '{image}': {MessageOf(e)}", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or System.Net.Sockets.SocketException)
        {
            throw new ContainerException($"Failed to launch container: image '{image}': no Docker engine answers: {e.Message}", e);
        }
    }

    private static string MessageOf(DockerApiException e)
    {
        try
        {
            return JsonNode.Parse(e.ResponseBody ?? "")?["message"]?.GetValue<string>() ?? e.Message;
        }
        catch (JsonException)
        {
            return e.Message;
        }
    }

    public void Dispose()
    {
        if (client.IsValueCreated)
            client.Value.Dispose();
    }

    internal async Task RemoveAsync(string id)
    {
        try
        {
            await client.Value.Containers.RemoveContainerAsync(
                id, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, CancellationToken.None);
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
            // It is gone already, or the engine is; the next start looks again.
        }
    }

    internal async Task SignalAsync(string id, string signal)
    {
        try
        {
            await client.Value.Containers.KillContainerAsync(id, new ContainerKillParameters { Signal = signal }, CancellationToken.None);
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
            // It ended in the same moment.
        }
    }

    private async Task PullAsync(string image, CancellationToken ct)
    {
        try
        {
            await client.Value.Images.InspectImageAsync(image, ct);
            return;
        }
        catch (DockerApiException e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            // Not here yet: a registry may have it.
        }

        string? refused = null;
        await client.Value.Images.CreateImageAsync(
            new ImagesCreateParameters { FromImage = WithTag(image) }, new AuthConfig(), new Answers(m => refused ??= m.Error?.Message), ct);
        if (refused is not null)
            throw new ContainerException($"Failed to launch container: Failed to pull image '{image}': {refused}");
    }

    // Without a tag an engine would pull every one there is.
    private static string WithTag(string image) =>
        image.Contains('@', StringComparison.Ordinal) || image[(image.LastIndexOf('/') + 1)..].Contains(':', StringComparison.Ordinal)
            ? image
            : image + ":latest";

    private CreateContainerParameters Parameters(
        string image, W.TaskInfo task, IReadOnlyList<string> command, Sandbox sandbox, string containerId,
        IReadOnlyDictionary<string, string> environment) => new()
    {
        Name = $"mesos-{containerId}",
        Image = image,
        Entrypoint = [.. command],
        WorkingDir = Inside,
        Env =
        [
            .. environment.Where(v => v.Key is not ("PATH" or "PWD" or "MESOS_SANDBOX")).Select(v => $"{v.Key}={v.Value}"),
            $"MESOS_SANDBOX={Inside}",
        ],
        Labels = new Dictionary<string, string> { [Mark] = directory },
        AttachStdout = true,
        AttachStderr = true,
        HostConfig = Host(task, sandbox),
    };

    private static HostConfig Host(W.TaskInfo task, Sandbox sandbox)
    {
        var host = new HostConfig
        {
            NetworkMode = "host", PidMode = "host", LogConfig = new LogConfig { Type = "none" },
            Binds = [$"{sandbox.Path}:{Inside}", .. BindsOf(task.Container)],
        };
        // What it needs is its share when others want more, too; its limit is never passed (an agent with --cgroups_enable_cfs).
        if (NeedOf(task, "mem") is { } needed)
            host.MemoryReservation = (long)(needed * Megabyte);
        if (NeedOf(task, "cpus") is { } share)
            host.CPUShares = Math.Max(FewestShares, (long)(share * SharesOfCpu));
        if (LimitOf(task, "mem") is { } megabytes)
            host.Memory = host.MemorySwap = (long)(megabytes * Megabyte);
        if (LimitOf(task, "cpus") is { } cpus)
            host.NanoCPUs = (long)(cpus * 1_000_000_000);
        return host;
    }

    private static IEnumerable<string> BindsOf(W.ContainerInfo container) => container.Volumes
        .Where(v => v.HasHostPath)
        .Select(v => $"{v.HostPath}:{v.ContainerPath}{(v.Mode == W.Volume.Types.Mode.Ro ? ":ro" : "")}");

    private static double? NeedOf(W.TaskInfo task, string name) =>
        task.Resources.Where(r => r.Name == name && r.Scalar is not null).Sum(r => r.Scalar.Value) is > 0 and var amount ? amount : null;

    /// <summary>The task's limit, or else what it needs; null for none.</summary>
    private static double? LimitOf(W.TaskInfo task, string name)
    {
        var amount = task.Limits.TryGetValue(name, out var limit) ? limit.Value : NeedOf(task, name);
        return amount > 0 && double.IsFinite(amount.Value) ? amount : null;
    }

    private async Task<IProgram> StartAsync(string id, Sandbox sandbox, double? megabytes, CancellationToken ct)
    {
        var attached = await client.Value.Containers.AttachContainerAsync(
            id, new ContainerAttachParameters { Stream = true, Stdout = true, Stderr = true }, ct);
        var output = CopyAsync(attached, sandbox);
        await client.Value.Containers.StartContainerAsync(id, new ContainerStartParameters(), ct);
        var state = (await client.Value.Containers.InspectContainerAsync(id, ct)).State!;
        return new Container(this, id, (int)state.Pid, EndAsync(id, output, megabytes));
    }

    private static async Task CopyAsync(MultiplexedStream attached, Sandbox sandbox)
    {
        using (attached)
        {
            await using var stdout = new FileStream(sandbox.Stdout, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
            await using var stderr = new FileStream(sandbox.Stderr, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
            await attached.CopyOutputToAsync(Stream.Null, stdout, stderr, CancellationToken.None);
        }
    }

    private async Task<ProgramEnd> EndAsync(string id, Task output, double? megabytes)
    {
        try
        {
            var code = (int)(await client.Value.Containers.WaitContainerAsync(id, CancellationToken.None)).StatusCode;
            await output;
            var state = (await client.Value.Containers.InspectContainerAsync(id, CancellationToken.None)).State!;
            return state.OOMKilled && code != 0 ? OutOfMemory(megabytes) : Ended(code);
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
            return new ProgramEnd(null, "The container was lost: " + e.Message, W.TaskStatus.Types.Reason.ExecutorTerminated);
        }
    }

    private static ProgramEnd OutOfMemory(double? megabytes) => new(
        null, string.Create(CultureInfo.InvariantCulture, $"Memory limit exceeded: Requested: {megabytes}MB Maximum Used: {megabytes}MB"),
        W.TaskStatus.Types.Reason.ContainerLimitationMemory);

    private static ProgramEnd Ended(int code)
    {
        const int BySignal = 128;
        return code is > BySignal and < BySignal + 32
            ? new ProgramEnd(null, $"Command terminated with signal {Posix.LibC.SignalName(code - BySignal)}", null)
            : new ProgramEnd(code, $"Command exited with status {code}", null);
    }

    /// <summary>Each message as it comes; <see cref="Progress{T}"/> would be late.</summary>
    private sealed class Answers(Action<JSONMessage> hear) : IProgress<JSONMessage>
    {
        public void Report(JSONMessage value) => hear(value);
    }
}

/// <summary>A container that runs.</summary>
internal sealed class Container(ContainerEngine engine, string id, int pid, Task<ProgramEnd> end) : IProgram
{
    public int Pid => pid;

    public Task<ProgramEnd> End => end;

    public void Signal(int signal) => _ = engine.SignalAsync(id, signal.ToString(CultureInfo.InvariantCulture));

    public Task RemoveAsync() => engine.RemoveAsync(id);
}
