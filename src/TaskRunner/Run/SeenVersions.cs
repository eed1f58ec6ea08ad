using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Run;

/// <summary>The highest number seen under a name, on the agent's disk: it never goes back, whoever asks at the same time.</summary>
internal sealed class SeenVersions
{
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(5);
    private const int LockTries = 4000;
    private readonly string directory;
    private readonly TimeProvider time;

    private SeenVersions(string directory, TimeProvider time) => (this.directory, this.time) = (directory, time);

    public static SeenVersions In(string directory, TimeProvider time)
    {
        try
        {
            Directory.CreateDirectory(directory);
            return new SeenVersions(directory, time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InfraException($"The agent's state folder {directory} cannot be used: {e.Message}", e);
        }
    }

    public async Task<long> HighestAsync(string name, CancellationToken ct)
    {
        await using var held = await LockAsync(name, ct);
        return Read(name);
    }

    /// <summary>Raises the number when <paramref name="value"/> is higher.</summary>
    /// <returns>The highest number, durable.</returns>
    public async Task<long> RaiseAsync(string name, long value, CancellationToken ct)
    {
        await using var held = await LockAsync(name, ct);
        var highest = Read(name);
        if (value <= highest)
            return highest;
        var path = PathOf(name);
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write))
        {
            file.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{value} {name}\n")));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        return value;
    }

    // A file that is there and cannot be read is not "never seen": that would be a way to make an agent forget.
    private long Read(string name)
    {
        var path = PathOf(name);
        if (!File.Exists(path))
            return 0;
        var text = File.ReadAllText(path);
        return long.TryParse(text.Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new InfraException($"The agent's state file {path} is damaged. An operator must restore or remove it.");
    }

    private async Task<FileStream> LockAsync(string name, CancellationToken ct)
    {
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(PathOf(name) + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (tries < LockTries)
            {
                // Another task of this agent holds it for the length of an fsync.
                await Task.Delay(LockPause, time, ct);
            }
        }
    }

    // Names come from the server: as a hash they cannot leave the folder.
    private string PathOf(string name) =>
        Path.Combine(directory, "seen-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..32]);
}
