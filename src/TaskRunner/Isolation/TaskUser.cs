using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using Pipeline.TaskRunner.Processes;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Isolation;

/// <summary>
/// The user that a task's programs run as. A runner that is root takes one from a range, which no other runner of this machine has at
/// the same time; the claim is a lock on a file, so it ends with the runner, however that dies. A runner that is not root has only its own.
/// </summary>
internal sealed class TaskUser : IDisposable
{
    // Only root can make it: /run is no shared folder.
    private const string Claims = "/run/pipeline/task-users";
    private const int Nobody = 65534;
    private readonly FileStream? claim;

    private TaskUser(int id, FileStream? claim) => (Id, this.claim) = (id, claim);

    public int Id { get; }

    /// <summary>Whether the task's programs have another user than the runner.</summary>
    public bool IsOwn => claim is not null;

    /// <param name="range">First and last user id, joined by a hyphen.</param>
    /// <exception cref="InfraException">The range cannot be read, or every user of it is taken.</exception>
    public static TaskUser Take(string range)
    {
        var self = Native.EffectiveUser();
        if (self != 0)
            return new TaskUser(self, null);
        var (first, last) = Parse(range);
        if (!IsKnown(first, last, File.ReadLines("/proc/self/uid_map")))
            return new TaskUser(Nobody, null);
        MakeClaims();
        var count = last - first + 1;
        var start = RandomNumberGenerator.GetInt32(count);
        for (var i = 0; i < count; i++)
        {
            var id = first + ((start + i) % count);
            if (TryClaim(id) is { } claim)
                return new TaskUser(id, claim);
        }

        throw new InfraException(
            $"Every user id of PIPELINE_TASK_USERS ({range}) belongs to a running task. Widen the range on this agent.");
    }

    /// <summary>Makes folders and all in them the task's. Links are given themselves, never what they name.</summary>
    /// <exception cref="IOException">They cannot be given.</exception>
    public void Give(params IEnumerable<string> folders)
    {
        if (!IsOwn)
            return;
        // Names may have any bytes, which strings of .NET have not.
        var id = Id.ToString(CultureInfo.InvariantCulture);
        var chown = new ProcessStartInfo("/usr/bin/chown", ["-Rh", $"{id}:{id}", "--", .. folders]) { RedirectStandardError = true };
        using var change = Process.Start(chown)!;
        var said = change.StandardError.ReadToEnd();
        change.WaitForExit();
        if (change.ExitCode != 0)
            throw new IOException($"The task's folders cannot be given to user {id}: {said.Trim()}");
    }

    public void Dispose() => claim?.Dispose();

    internal static (int First, int Last) Parse(string range)
    {
        if (range.Split('-') is [var first, var last]
            && int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            && int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to)
            && from > 0 && to >= from && to < int.MaxValue)
            return (from, to);
        throw new InfraException(
            $"PIPELINE_TASK_USERS is '{range}': expected two user ids such as {RunnerEnvironment.DefaultUsers}, none of them root's.");
    }

    /// <summary>Whether the runner's namespace of users has the range. Root of one without it is an ordinary user outside.</summary>
    /// <param name="map">Lines of first id inside, first id outside, count (user_namespaces(7)).</param>
    internal static bool IsKnown(int first, int last, IEnumerable<string> map) => map
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Select(numbers => numbers.Select(n => long.Parse(n, CultureInfo.InvariantCulture)).ToList())
        .Any(m => m[0] <= first && last < m[0] + m[2]);

    private static void MakeClaims()
    {
        Directory.CreateDirectory("/run/pipeline", Modes.OwnerAndPassing);
        Directory.CreateDirectory(Claims, Modes.OwnerOnlyFolder);
    }

    private static FileStream? TryClaim(int id)
    {
        try
        {
            return new FileStream(Path.Combine(Claims, id.ToString(CultureInfo.InvariantCulture)), new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = Modes.OwnerOnlyFile,
            });
        }
        catch (IOException)
        {
            return null;
        }
    }
}
