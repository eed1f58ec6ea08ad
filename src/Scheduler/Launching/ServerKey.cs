using System.Security.Cryptography;
using System.Text;

namespace Pipeline.Scheduler.Launching;

/// <summary>The key from which tickets and tokens of tasks are derived.</summary>
internal sealed class ServerKey(byte[] key)
{
    private const int Length = 32;

    public string TicketFor(string taskId) => Derive("ticket:" + taskId);

    public string TokenFor(string taskId) => Derive("token:" + taskId);

    /// <summary>Reads the key, or makes it when there is none. Two servers that start at once agree on one file.</summary>
    /// <exception cref="InvalidOperationException">The file holds something else.</exception>
    public static ServerKey LoadOrCreate(string path)
    {
        var full = Path.GetFullPath(path);
        if (!File.Exists(full))
            Create(full);
        var bytes = File.ReadAllBytes(full);
        return bytes.Length == Length
            ? new ServerKey(bytes)
            : throw new InvalidOperationException(
                $"The server key {full} has {bytes.Length} bytes instead of {Length}: restore it, or remove it when no task runs.");
    }

    private static void Create(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // Not the process id: servers in containers that share a volume all have the same.
        var fresh = $"{path}.{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}";
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(fresh, options))
        {
            file.Write(RandomNumberGenerator.GetBytes(Length));
            file.Flush(flushToDisk: true);
        }

        try
        {
            File.Move(fresh, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path))
        {
            File.Delete(fresh);
        }
    }

    private string Derive(string what) =>
        Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(what))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
