using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using Docker.DotNet;
using Docker.DotNet.Models;

namespace Pipeline.LocalMesos.Containers;

/// <summary>
/// Runs tasks with an image as containers of a Docker engine, as a Mesos agent without network and pid isolation does: host network, the
/// machine's process ids (so that a signal reaches a command that is not prepared to be process 1), the sandbox at its usual path.
/// </summary>
internal sealed class ContainerEngine : IDisposable
{
    private readonly string socket;
    private readonly string workDirectory;
    private readonly Lazy<DockerClient> client;

    /// <param name="workDirectory">Of the cluster: its containers are labelled with it.</param>
    public ContainerEngine(string socket, string workDirectory)
    {
        (this.socket, this.workDirectory) = (socket, workDirectory);
        client = new Lazy<DockerClient>(() => new DockerClientBuilder().WithEndpoint(new Uri("unix://" + socket)).Build());
    }

    /// <summary>Removes the containers that an earlier run in the same directory left, and returns how many there were.</summary>
    public async Task<int> RemoveOrphansAsync(CancellationToken ct)
    {
        if (!File.Exists(socket))
            return 0;
        try
        {
            var orphans = await client.Value.Containers.ListContainersAsync(
                new ContainersListParameters
                {
                    All = true,
                    Filters = new Dictionary<string, IDictionary<string, bool>>
                    {
                        ["label"] = new Dictionary<string, bool> { [$"{ContainerLaunch.Label}={workDirectory}"] = true },
                    },
                },
                ct);
            foreach (var container in orphans)
                await Container.RemoveAsync(client.Value, container.ID);
            return orphans.Count;
        }
        catch (Exception e) when (e is DockerApiException or HttpRequestException or IOException)
        {
            return 0; // An engine that does not answer runs no containers of ours either.
        }
    }

    /// <exception cref="ContainerException">No such image, no engine, or the command does not exist in the image.</exception>
    public async Task<Container> StartAsync(ContainerLaunch launch, CancellationToken ct)
    {
        try
        {
            await ImageStore.EnsureAsync(client.Value, launch.Image, ct);
            var created = await client.Value.Containers.CreateContainerAsync(launch.ToParameters(workDirectory), ct);
            try
            {
                return await Container.StartAsync(client.Value, created.ID, launch.Sandbox, launch.MemoryLimit, ct);
            }
            catch
            {
                await Container.RemoveAsync(client.Value, created.ID);
                throw;
            }
        }
        catch (DockerApiException e)
        {
            throw new ContainerException($"Failed to launch container: image '{launch.Image}': {MessageOf(e)}", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException)
        {
            throw new ContainerException($"Failed to launch container: image '{launch.Image}': no Docker engine answers: {e.Message}", e);
        }
    }

    public void Dispose()
    {
        if (client.IsValueCreated)
            client.Value.Dispose();
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
}
