using System.Security.Cryptography;
using System.Text;
using Pipeline.Kernel;
using Pipeline.Kernel.Files;

namespace Pipeline.Scheduler.Launching;

/// <summary>The key from which tickets and tokens of tasks are derived.</summary>
internal sealed class ServerKey(byte[] key)
{
    private const int Length = 32;

    public string TicketFor(string taskId) => Derive("ticket:" + taskId);

    public string TokenFor(string taskId) => Derive("token:" + taskId);

    /// <summary>Reads the key, or makes it when there is none. Two servers that start at once agree on one file.</summary>
    /// <exception cref="UsageException">The file holds something else, or others can read it.</exception>
    public static ServerKey LoadOrCreate(string path)
    {
        var full = Path.GetFullPath(path);
        if (!File.Exists(full))
        {
            PrivateFiles.MakeFolder(Path.GetDirectoryName(full)!);
            DurableFile.Create(full, RandomNumberGenerator.GetBytes(Length), PrivateFiles.OwnerOnly);
        }

        PrivateFiles.Require(full);
        var bytes = File.ReadAllBytes(full);
        return bytes.Length == Length
            ? new ServerKey(bytes)
            : throw new UsageException(
                $"The server key {full} has {bytes.Length} bytes instead of {Length}: restore it, or remove it when no task runs.");
    }

    private string Derive(string what) =>
        Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(what))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
