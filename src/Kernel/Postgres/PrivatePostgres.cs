using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;

namespace Pipeline.Kernel.Postgres;

/// <summary>
/// A real PostgreSQL server of our own: its own data directory, reachable by a unix socket only, running on after the process
/// that started it. PostgreSQL refuses root, so as root it runs as the user <c>postgres</c>.
/// </summary>
public sealed class PrivatePostgres
{
    private const string RunAs = "postgres";
    private readonly string wanted;
    private readonly string data;
    private readonly string sockets;
    private readonly bool durable;
    private readonly string bin;

    /// <param name="dataDirectory">
    /// Made on the first start. The folder of the log file too. A link into <c>/var/lib/postgresql</c> where <c>postgres</c> cannot come.
    /// </param>
    /// <param name="durable">False switches fsync off: for tests only.</param>
    /// <exception cref="InvalidOperationException">When the PostgreSQL server is not installed; names the Debian package.</exception>
    public PrivatePostgres(string dataDirectory, bool durable = true)
    {
        wanted = Path.GetFullPath(dataDirectory);
        data = IsRoot && !ReachableByOthers(Path.GetDirectoryName(wanted)!) ? Elsewhere(wanted) : wanted;
        // Socket paths are limited to 107 bytes (unix(7)), so they cannot lie in a data directory of any length.
        sockets = $"/tmp/pipeline-pg-{Digest.Of(System.Text.Encoding.UTF8.GetBytes(data)).Hex[..12]}";
        this.durable = durable;
        bin = FindBinaries();
    }

    /// <summary>Connects to the product's own database.</summary>
    public string ConnectionString => ConnectionStringFor("pipeline");

    /// <summary>Connects to a database of this server.</summary>
    public string ConnectionStringFor(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = sockets,
        Username = "pipeline",
        Database = database,
        GssEncryptionMode = GssEncryptionMode.Disable,
        MaxPoolSize = 60,
        Timeout = 30,
        ApplicationName = "pipeline",
        Enlist = true,
    }.ConnectionString;

    private static bool IsRoot => Environment.UserName == "root";

    /// <summary>Makes the data directory when there is none, starts the server when it does not run, and makes the database.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        await PrepareDirectoriesAsync(ct);
        if (!File.Exists(Path.Combine(data, "PG_VERSION")))
            await RunAsync(
                [$"{bin}/initdb", "-D", data, "-U", "pipeline", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", .. InitOptions], ct);
        if (!await IsRunningAsync(ct))
            await RunAsync(
                [$"{bin}/pg_ctl", "start", "-w", "-t", "60", "-D", data, "-l", Path.Combine(data, "server.log"), "-o", ServerOptions], ct);
        await CreateDatabaseAsync(ct);
    }

    /// <summary>Stops the server; open connections are cut, nothing committed is lost.</summary>
    public async Task StopAsync(CancellationToken ct)
    {
        if (await IsRunningAsync(ct))
            await RunAsync([$"{bin}/pg_ctl", "stop", "-m", "fast", "-w", "-t", "60", "-D", data], ct);
    }

    /// <summary>Whether the server runs.</summary>
    public async Task<bool> IsRunningAsync(CancellationToken ct) =>
        File.Exists(Path.Combine(data, "PG_VERSION"))
        && (await ChildProcess.RunAsync("sh", ["-c", AsUser([$"{bin}/pg_ctl", "status", "-D", data])], ct, "/")).ExitCode == 0;

    /// <summary>Stops the server and removes its directories: for tests.</summary>
    public async Task DestroyAsync(CancellationToken ct)
    {
        await StopAsync(ct);
        if (data != wanted)
            Directory.Delete(wanted); // while it leads somewhere: else .NET takes the link for a file
        Directory.Delete(data, recursive: true);
        Directory.Delete(sockets, recursive: true);
    }

    /// <summary>The same by a process that outlives ours, for one that is about to exit and may not wait: for tests.</summary>
    /// <param name="parent">Removed too.</param>
    public void DestroyBehind(string parent)
    {
        var stop = AsUser([$"{bin}/pg_ctl", "stop", "-m", "immediate", "-w", "-t", "60", "-D", data]);
        // Our pipes belong to whoever waits for the end of us.
        string[] command = ["sh", "-c", $"exec </dev/null >/dev/null 2>&1; {stop}; rm -rf '{data}' '{sockets}' '{wanted}' '{parent}'"];
        using var process = Process.Start(new ProcessStartInfo("setsid", command) { WorkingDirectory = "/" });
    }

    private string[] InitOptions => durable ? [] : ["--no-sync"];

    private string ServerOptions =>
        $"-c listen_addresses='' -c unix_socket_directories={sockets} -c max_connections=400 -c shared_buffers=128MB -c log_min_messages=warning"
        + (durable ? "" : " -c fsync=off -c synchronous_commit=off -c full_page_writes=off");

    private async Task PrepareDirectoriesAsync(CancellationToken ct)
    {
        foreach (var directory in new[] { data, sockets })
        {
            if (Directory.Exists(directory))
                continue;
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (IsRoot)
                (await ChildProcess.RunAsync("chown", [$"{RunAs}:", directory], ct)).ThrowIfFailed($"chown {directory}");
        }

        if (data != wanted && new DirectoryInfo(wanted).LinkTarget is null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(wanted)!);
            Directory.CreateSymbolicLink(wanted, data);
        }
    }

    private async Task CreateDatabaseAsync(CancellationToken ct)
    {
        await using var db = NpgsqlDataSource.Create(ConnectionStringFor("postgres"));
        await using var exists = db.CreateCommand("SELECT count(*) FROM pg_database WHERE datname = 'pipeline'");
        if ((long)(await exists.ExecuteScalarAsync(ct))! > 0)
            return;
        await using var create = db.CreateCommand("CREATE DATABASE pipeline");
        await create.ExecuteNonQueryAsync(ct);
    }

    // The shell lets go of our pipes for the server that stays behind: reading them would wait for its end.
    private async Task RunAsync(IReadOnlyList<string> command, CancellationToken ct)
    {
        var log = Path.Combine(Path.GetTempPath(), $"pipeline-pg-{Environment.ProcessId}-{Path.GetFileName(command[0])}.log");
        var result = await ChildProcess.RunAsync("setsid", ["sh", "-c", $"{AsUser(command)} > '{log}' 2>&1 < /dev/null"], ct, "/");
        var said = File.Exists(log) ? await File.ReadAllTextAsync(log, ct) : "";
        File.Delete(log);
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"{command[0]} failed (exit {result.ExitCode}). {said.Trim()} {ServerLog()}".Trim());
    }

    private string ServerLog()
    {
        var log = Path.Combine(data, "server.log");
        return File.Exists(log) ? string.Join('\n', File.ReadLines(log).TakeLast(10)) : "";
    }

    private static string AsUser(IReadOnlyList<string> command)
    {
        var quoted = string.Join(' ', command.Select(c => $"'{c.Replace("'", "'\\''", StringComparison.Ordinal)}'"));
        return IsRoot ? $"setpriv --reuid={RunAs} --regid={RunAs} --init-groups -- {quoted}" : quoted;
    }

    // Every folder above must let other users through, or postgres cannot reach its own data (a clone under /root, for example).
    private static bool ReachableByOthers(string directory)
    {
        for (var d = new DirectoryInfo(directory); d is not null; d = d.Parent)
        {
            if (d.Exists && !d.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return false;
        }

        return true;
    }

    // The link is the only way to it: who deletes the data directory and starts anew gets a new database, not that of the deleted one.
    private static string Elsewhere(string wanted) =>
        new DirectoryInfo(wanted).LinkTarget
            ?? $"/var/lib/postgresql/pipeline-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6))}";

    private static string FindBinaries()
    {
        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        var newest = versions
            .Where(v => File.Exists($"{v}/bin/initdb"))
            .OrderByDescending(v => int.TryParse(Path.GetFileName(v), out var n) ? n : 0)
            .FirstOrDefault();
        return newest is null
            ? throw new InvalidOperationException(
                "The PostgreSQL server is not installed: apt-get install postgresql, or set ConnectionStrings:Pipeline.")
            : $"{newest}/bin";
    }
}
