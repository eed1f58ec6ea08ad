using Microsoft.Win32.SafeHandles;
using Pipeline.TaskRunner.Contract;
using Pipeline.TaskRunner.Files;
using Pipeline.TaskRunner.Processes;
using Pipeline.TaskRunner.Runtime;
using Pipeline.TaskRunner.Server;

namespace Pipeline.TaskRunner.Build;

/// <summary>Packs what the steps made and gives it to the server by digest; what the server has is not sent again.</summary>
/// <remarks>The steps are a stranger's program, and some of it may still run: what is hashed and sent is what was opened and looked at,
/// below the workspace, and never a name again.</remarks>
internal sealed class ArtifactUpload(string sandbox, string workspace, string directory, ServerClient server)
{
    private const int TooLarge = 413;

    public async Task<IReadOnlyList<BuiltArtifact>> UploadAsync(IReadOnlyList<ArtifactSpec> artifacts, CancellationToken ct)
    {
        var built = new List<BuiltArtifact>();
        foreach (var artifact in artifacts)
            built.Add(await UploadAsync(artifact, ct));
        return built;
    }

    private async Task<BuiltArtifact> UploadAsync(ArtifactSpec artifact, CancellationToken ct)
    {
        using var source = Locate(artifact);
        using var own = NativeFiles.OpenFolder(sandbox);
        var facts = NativeFiles.FactsOf(source);
        if (facts.Kind == FileKind.File)
        {
            HardLinks.RefuseForeign([(artifact.Path, facts)], own);
            return await SendAsync(artifact.Name, "application/octet-stream", source, ct);
        }

        if (facts.Kind != FileKind.Folder)
            throw new DefinitionException($"Artifact '{artifact.Name}': '{artifact.Path}' is neither a file nor a folder.");
        var entries = PackedFolder.List(source);
        HardLinks.RefuseForeign(entries.Select(e => ($"{artifact.Path.TrimEnd('/')}/{e.Name}", e.Facts)), own);
        using var packed = NewFile(own);
        using (var stream = Over(packed, FileAccess.Write))
            ReproducibleTar.Pack(source, entries, stream);
        return await SendAsync(artifact.Name, ReproducibleTar.MediaType, packed, ct);
    }

    private async Task<BuiltArtifact> SendAsync(string name, string mediaType, SafeFileHandle file, CancellationToken ct)
    {
        string digest;
        await using (var stream = Over(file, FileAccess.Read))
            digest = await HashingCopy.DigestOfAsync(stream, ct);
        if (!await server.HasArtifactAsync(digest, ct))
            await PutAsync(name, digest, file, ct);
        return new BuiltArtifact(name, digest, RandomAccess.GetLength(file), mediaType);
    }

    private async Task PutAsync(string name, string digest, SafeFileHandle file, CancellationToken ct)
    {
        try
        {
            await server.PutArtifactAsync(digest, () => Over(file, FileAccess.Read), RandomAccess.GetLength(file), ct);
        }
        catch (ServerRefusedException e) when (e.Status == TooLarge)
        {
            throw new DefinitionException($"Artifact '{name}': {e.Detail}");
        }
    }

    // The artifact may be a link, or lie below one, that leads to another place in the workspace.
    private SafeFileHandle Locate(ArtifactSpec artifact)
    {
        var path = Path.GetFullPath(Path.Combine(workspace, directory, artifact.Path));
        if (path != workspace && !path.StartsWith(workspace + "/", StringComparison.Ordinal))
            throw Leaves(artifact);
        using var root = NativeFiles.OpenFolder(workspace);
        try
        {
            return NativeFiles.OpenBelow(
                root, RawName.Of(Path.GetRelativePath(workspace, path)), NativeFiles.ReadOnly, NativeFiles.Beneath);
        }
        catch (NativeException e)
        {
            throw e.Errno switch
            {
                NativeException.NotThere or NativeException.NoFolder => new DefinitionException(
                    $"Artifact '{artifact.Name}': there is nothing at '{artifact.Path}' after the steps."
                    + (artifact.Path.AsSpan().ContainsAny("*?[") ? " Patterns are not expanded: name a file or a folder." : "")),
                NativeException.LeadsOut or NativeException.TooManyLinks => Leaves(artifact),
                NativeException.NoSuchDevice => new DefinitionException(
                    $"Artifact '{artifact.Name}': '{artifact.Path}' is neither a file nor a folder."),
                NativeException.NotAllowed => new DefinitionException(
                    $"Artifact '{artifact.Name}': '{artifact.Path}' has a mode that lets nobody read it (chmod u+r)."),
                _ => e,
            };
        }
    }

    private static DefinitionException Leaves(ArtifactSpec artifact) => new(
        $"Artifact '{artifact.Name}': the path '{artifact.Path}' leaves the workspace, or an absolute link is on its way.");

    // No name is left that a process of the steps could replace.
    private static SafeFileHandle NewFile(SafeFileHandle folder)
    {
        var name = $".artifact-{Path.GetRandomFileName()}";
        var file = NativeFiles.OpenBelow(folder, name, NativeFiles.CreateNew, NativeFiles.WithoutLinks, 0b110_000_000);
        NativeFiles.Remove(folder, name);
        return file;
    }

    private static FileStream Over(SafeFileHandle file, FileAccess access) =>
        new(new SafeFileHandle(file.DangerousGetHandle(), ownsHandle: false), access, access == FileAccess.Read ? 0 : 128 * 1024)
        {
            Position = 0,
        };
}
