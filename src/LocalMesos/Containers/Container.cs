using System.Globalization;
using Docker.DotNet;
using Docker.DotNet.Models;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Programs;
using Pipeline.LocalMesos.Sandboxes;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Containers;

/// <summary>A running container of a Docker engine.</summary>
internal sealed class Container(IDockerClient client, string id, int pid, Task<ProgramEnd> end) : IProgram
{
    public int Pid => pid;

    public Task<ProgramEnd> End => end;

    /// <summary>Starts a created container, with its output appended to the files of the sandbox.</summary>
    /// <param name="memoryLimit">In MiB, for the message of a container that ran out of memory.</param>
    public static async Task<Container> StartAsync(
        IDockerClient client, string id, Sandbox sandbox, double? memoryLimit, CancellationToken ct)
    {
        var attached = await client.Containers.AttachContainerAsync(
            id, new ContainerAttachParameters { Stream = true, Stdout = true, Stderr = true }, ct);
        var output = CopyAsync(attached, sandbox);
        await client.Containers.StartContainerAsync(id, new ContainerStartParameters(), ct);
        var pid = (int)(await client.Containers.InspectContainerAsync(id, ct)).State!.Pid;
        return new Container(client, id, pid, EndAsync(client, id, output, memoryLimit));
    }

    public static async Task RemoveAsync(IDockerClient client, string id)
    {
        try
        {
            await client.Containers.RemoveContainerAsync(
                id, new ContainerRemoveParameters { Force = true, RemoveVolumes = true }, CancellationToken.None);
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
            // It is gone already, or the engine is; the next start looks for orphans again.
        }
    }

    public void Signal(int signal) => _ = SignalAsync(signal.ToString(CultureInfo.InvariantCulture));

    public Task RemoveAsync() => RemoveAsync(client, id);

    /// <summary>The end of a command by its exit status, in which 128 + n is signal n.</summary>
    internal static ProgramEnd Exited(int status)
    {
        const int BySignal = 128;
        return status is > BySignal and < BySignal + 32
            ? new ProgramEnd(null, $"Command terminated with signal {LibC.SignalName(status - BySignal)}", null)
            : new ProgramEnd(status, $"Command exited with status {status}", null);
    }

    internal static ProgramEnd OutOfMemory(double? megabytes) => new(
        null, string.Create(CultureInfo.InvariantCulture, $"Memory limit exceeded: Requested: {megabytes}MB Maximum Used: {megabytes}MB"),
        W.TaskStatus.Types.Reason.ContainerLimitationMemory);

    private async Task SignalAsync(string signal)
    {
        try
        {
            await client.Containers.KillContainerAsync(id, new ContainerKillParameters { Signal = signal }, CancellationToken.None);
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
            // It ended at the same moment.
        }
    }

    private static async Task<ProgramEnd> EndAsync(IDockerClient client, string id, Task output, double? memoryLimit)
    {
        try
        {
            var status = (int)(await client.Containers.WaitContainerAsync(id, CancellationToken.None)).StatusCode;
            await output;
            var state = (await client.Containers.InspectContainerAsync(id, CancellationToken.None)).State!;
            return state.OOMKilled && status != 0 ? OutOfMemory(memoryLimit) : Exited(status);
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
            return new ProgramEnd(null, "The container was lost: " + e.Message, W.TaskStatus.Types.Reason.ExecutorTerminated);
        }
    }

    private static async Task CopyAsync(MultiplexedStream attached, Sandbox sandbox)
    {
        using (attached)
        {
            await using var stdout = Append(sandbox.Stdout);
            await using var stderr = Append(sandbox.Stderr);
            await attached.CopyOutputToAsync(Stream.Null, stdout, stderr, CancellationToken.None);
        }
    }

    private static FileStream Append(string path) =>
        new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, 0);
}
