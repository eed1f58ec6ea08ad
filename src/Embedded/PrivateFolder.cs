using Pipeline.Kernel.Postgres;

namespace Pipeline.Embedded;

/// <summary>The data directory: keys, tokens, the database and the sandboxes lie in it, so it is its owner's alone.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <returns>Why a folder that is there already cannot be trusted; null when it can, or is not there.</returns>
    public static async Task<string?> ProblemAsync(string path, CancellationToken ct)
    {
        if (!Path.Exists(path))
            return null;
        // Of what a link names, too: whoever owns that could put anything there.
        var owners = await ChildProcess.RunAsync("stat", ["-L", "-c", "%u", "--", path, "/proc/self"], ct);
        return owners.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries) is [var owner, var self] && owner == self
            ? null
            : $"The data directory {path} belongs to another user, who could change keys and programs in it. Choose another one: "
                + "PIPELINE_DATA=… ./up";
    }

    /// <summary>Makes the folder, or closes one to others that is there.</summary>
    public static void Make(string path)
    {
        Directory.CreateDirectory(path, OwnerOnly);
        File.SetUnixFileMode(path, OwnerOnly);
    }
}
