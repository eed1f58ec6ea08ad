using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Files;
using Pipeline.TaskRunner.Runtime;
using Pipeline.TaskRunner.Server;

namespace Pipeline.TaskRunner.Build;

/// <summary>Packs what the steps made and gives it to the server by digest; what the server has is not sent again.</summary>
internal sealed class ArtifactUpload(string sandbox, string workspace, string directory, ServerClient server)
{
    public async Task<IReadOnlyList<BuiltArtifact>> UploadAsync(IReadOnlyList<ArtifactSpec> artifacts, CancellationToken ct)
    {
        var built = new List<BuiltArtifact>();
        foreach (var artifact in artifacts)
            built.Add(await UploadAsync(artifact, ct));
        return built;
    }

    private async Task<BuiltArtifact> UploadAsync(ArtifactSpec artifact, CancellationToken ct)
    {
        var source = Locate(artifact);
        var isFolder = Directory.Exists(source);
        var file = source;
        if (isFolder)
        {
            file = Path.Combine(sandbox, "artifact.tar.gz");
            ReproducibleTar.Pack(source, file);
        }

        var digest = await HashingCopy.OfFileAsync(file, ct);
        if (!await server.HasArtifactAsync(digest, ct))
            await server.PutArtifactAsync(digest, file, ct);
        var bytes = new FileInfo(file).Length;
        if (isFolder)
            File.Delete(file);
        return new BuiltArtifact(artifact.Name, digest, bytes, isFolder ? ReproducibleTar.MediaType : "application/octet-stream");
    }

    // The steps are a stranger's program: a path or link that leaves the workspace would publish the agent's own files.
    private string Locate(ArtifactSpec artifact)
    {
        var path = Path.GetFullPath(Path.Combine(workspace, directory, artifact.Path));
        if (IsInside(path) && !Path.Exists(path))
            throw new DefinitionException($"Artifact '{artifact.Name}': there is nothing at '{artifact.Path}' after the steps.");
        if (!IsInside(path) || !IsInside(RealPath(path)))
            throw new DefinitionException($"Artifact '{artifact.Name}': the path '{artifact.Path}' leaves the workspace.");
        return !Directory.Exists(path) && Processes.Native.IsSpecialFile(path)
            ? throw new DefinitionException($"Artifact '{artifact.Name}': '{artifact.Path}' is neither a file nor a folder.")
            : path;
    }

    private bool IsInside(string path) => path == workspace || path.StartsWith(workspace + "/", StringComparison.Ordinal);

    // Links in any part of the path below the workspace.
    private string RealPath(string path)
    {
        var current = workspace;
        foreach (var part in Path.GetRelativePath(workspace, path).Split('/'))
        {
            current = Path.Combine(current, part);
            FileSystemInfo info = Directory.Exists(current) ? new DirectoryInfo(current) : new FileInfo(current);
            if (info.ResolveLinkTarget(returnFinalTarget: true) is { } target)
                current = target.FullName;
        }

        return Path.GetFullPath(current);
    }
}
