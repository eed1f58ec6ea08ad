using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Sandboxes;

/// <summary>Persistent volumes: directories that outlive tasks, linked into a sandbox at the path that the volume asks for.</summary>
internal static class Volumes
{
    /// <summary>A container path that leads out of the sandbox, or is taken there already, is ignored.</summary>
    public static void Link(string workDirectory, IEnumerable<W.Resource> resources, Sandbox sandbox)
    {
        foreach (var resource in resources.Where(r => r.Disk?.Persistence is not null && r.Disk.Volume is not null))
        {
            var path = PathOf(workDirectory, resource);
            Directory.CreateDirectory(path);
            var link = Path.GetFullPath(Path.Combine(sandbox.Path, resource.Disk.Volume.ContainerPath));
            if (link.StartsWith(sandbox.Path + "/", StringComparison.Ordinal) && !Path.Exists(link))
                File.CreateSymbolicLink(link, path);
        }
    }

    public static void Destroy(string workDirectory, W.Resource volume)
    {
        var path = PathOf(workDirectory, volume);
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    private static string PathOf(string workDirectory, W.Resource volume)
    {
        var role = volume.Reservations.Count > 0 ? volume.Reservations[^1].Role : volume.Role;
        var id = volume.Disk.Persistence.Id;
        return Path.Combine(workDirectory, "volumes", "roles", Uri.EscapeDataString(role), Uri.EscapeDataString(id));
    }
}
