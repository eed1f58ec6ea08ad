using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Kernel;

namespace Pipeline.Embedded;

/// <summary>
/// One LocalMesos process: started in a session of its own so that it outlives the server, found again by its state file.
/// </summary>
internal sealed class EmbeddedCluster(string name, string directory, string? dockerSocket, InstallLayout layout, TimeProvider time)
{
    public const string Principal = "pipeline";
    private const int SigTerm = 15;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private readonly string stateFile = Path.Combine(directory, "localmesos.json");
    private readonly string secretFile = Path.Combine(directory, "secret");
    private readonly string credentials = Path.Combine(directory, "credentials.json");

    public string Name => name;

    /// <summary>Of the one user of the masters and agents, who is this server. Made once: a cluster outlives its server.</summary>
    public string Secret => File.Exists(secretFile) ? File.ReadAllText(secretFile) : MakeSecret();

    /// <summary>What LocalMesos wrote about itself when it was ready.</summary>
    private sealed record State(int Pid, string Master);

    /// <summary>Starts the cluster, or finds the one that runs already.</summary>
    /// <returns>The master's URL.</returns>
    public async Task<string> StartAsync(IReadOnlyDictionary<string, string> taskEnvironment, CancellationToken ct)
    {
        if (Running() is { } running)
            return running.Master;
        Directory.CreateDirectory(directory, OwnerOnly);
        WriteCredentials();
        File.Delete(stateFile);
        var log = Path.Combine(directory, "localmesos.log");
        using var process = Start(log, taskEnvironment);
        for (var tries = 0; tries < 600 && process is { HasExited: false }; tries++)
        {
            if (Running() is { } ready)
                return ready.Master;
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, ct);
        }

        throw new UsageException(
            $"The cluster {name} did not start. The end of {log}:\n{string.Join('\n', File.ReadLines(log).TakeLast(15))}");
    }

    /// <summary>Ends the cluster and every task on it.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        if (Running() is not { } running)
            return;
        _ = Kill(running.Pid, SigTerm);
        while (Running() is not null)
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, ct);
    }

    private Process? Start(string log, IReadOnlyDictionary<string, string> taskEnvironment)
    {
        string[] arguments =
        [
            layout.LocalMesos, "--cluster", name, "--port", "0", "--work_dir", directory,
            "--agents", "rack1:1,rack2:1", "--resources", "cpus:8;mem:8192;disk:65536",
            "--agent_ping_timeout=1secs", "--max_agent_ping_timeouts=3",
            "--require_credentials", $"--credentials={credentials}", "--enforce_limits", "--enforce_container_disk_quota",
            $"--executor_environment_variables={JsonSerializer.Serialize(taskEnvironment)}",
            .. dockerSocket is null ? (string[])[] : ["--docker_socket", dockerSocket],
        ];
        // The shell opens the log and becomes the program: no pipe ties it to us. The log's name is an argument, whatever it is made of.
        const string script = "log=$1; shift; exec \"$@\" >> \"$log\" 2>&1 < /dev/null";
        return Process.Start(new ProcessStartInfo("setsid", ["sh", "-c", script, "localmesos", log, .. arguments])
        {
            WorkingDirectory = directory,
        });
    }

    private string MakeSecret()
    {
        Directory.CreateDirectory(directory, OwnerOnly);
        var made = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        WriteForOwner(secretFile, made);
        return made;
    }

    private void WriteCredentials() => WriteForOwner(
        credentials, JsonSerializer.Serialize(new { credentials = new[] { new { principal = Principal, secret = Secret } } }));

    private static void WriteForOwner(string path, string text)
    {
        File.Delete(path);
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        file.Write(Encoding.UTF8.GetBytes(text));
    }

    private State? Running()
    {
        if (!File.Exists(stateFile))
            return null;
        try
        {
            var state = JsonSerializer.Deserialize<State>(File.ReadAllText(stateFile), JsonSerializerOptions.Web);
            // A pid is used again by other programs: its command line must be that of a LocalMesos of this very directory.
            var commandLine = $"/proc/{state?.Pid}/cmdline";
            return state is not null && File.Exists(commandLine) && File.ReadAllText(commandLine).Split('\0').Contains(directory)
                ? state
                : null;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null; // it ended between two looks, or with the machine while it wrote
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Kill(int pid, int signal);
}
