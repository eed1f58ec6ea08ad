using Docker.DotNet;
using Docker.DotNet.Models;

namespace Pipeline.LocalMesos.Containers;

/// <summary>The images of a Docker engine.</summary>
internal static class ImageStore
{
    /// <summary>Pulls an image that the engine does not have.</summary>
    /// <exception cref="ContainerException">The registry refused it.</exception>
    public static async Task EnsureAsync(IDockerClient client, string image, CancellationToken ct)
    {
        try
        {
            await client.Images.InspectImageAsync(image, ct);
            return;
        }
        catch (DockerApiException e) when (e.StatusCode == System.Net.HttpStatusCode.NotFound)
        {
            // Not here yet: a registry may have it.
        }

        string? refused = null;
        await client.Images.CreateImageAsync(
            new ImagesCreateParameters { FromImage = WithTag(image) }, new AuthConfig(),
            new Messages(m => refused ??= m.Error?.Message), ct);
        if (refused is not null)
            throw new ContainerException($"Failed to launch container: Failed to pull image '{image}': {refused}");
    }

    /// <summary>Without a tag or digest an engine would pull every tag of the repository.</summary>
    internal static string WithTag(string image) =>
        image.Contains('@', StringComparison.Ordinal) || image[(image.LastIndexOf('/') + 1)..].Contains(':', StringComparison.Ordinal)
            ? image
            : image + ":latest";

    /// <summary>Handles each message as it comes; <see cref="Progress{T}"/> would post it to another thread.</summary>
    private sealed class Messages(Action<JSONMessage> handle) : IProgress<JSONMessage>
    {
        public void Report(JSONMessage value) => handle(value);
    }
}
