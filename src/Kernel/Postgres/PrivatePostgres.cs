using System.Diagnostics;
using System.Security.Cryptography;
using Npgsql;

namespace Pipeline.Kernel.Postgres;

/// <summary>
/// A real PostgreSQL server of our own: its own data directory, reachable by a unix socket only, running on after the process
/// that started it. PostgreSQL refuses root, so as root it runs as the user <c>postgres</c>. It lets in nobody but the user who started it
/// (peer authentication), as an ordinary role, and its socket lies in no folder that others can write to.
/// </summary>
public sealed class PrivatePostgres
{
    private const string RunAs = "postgres";
    private const string Superuser = "postgres";
    private const string Role = "pipeline";
    private const string Access = "# Written at each start.\nlocal all all peer map=pipeline\n";
    private const int LongestSocket = 107; // unix(7)
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
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
        sockets = SocketFolder(data);
        this.durable = durable;
        bin = FindBinaries();
    }

    /// <summary>Connects to the product's own database.</summary>
    public string ConnectionString => ConnectionStringFor("pipeline");

    /// <summary>Connects to a database of this server.</summary>
    public string ConnectionStringFor(string database) => ConnectionStringFor(database, Role);

    private string ConnectionStringFor(string database, string role) => new NpgsqlConnectionStringBuilder
    {
        Host = sockets,
        Username = role,
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
                [$"{bin}/initdb", "-D", data, "-U", Superuser, "--auth=peer", "-E", "UTF8", "--locale=C.UTF-8", .. InitOptions], ct);
        await MakeFolderAsync(sockets, ct);
        if (await IsRunningAsync(ct) && !await IsOursAsync(ct))
            await StopAsync(ct); // started by an older version, with other rules and another socket
        LetInOnlyUs();
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
        if (Directory.Exists(sockets))
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
        // Made when others could still come through to it, and closed to them since: it moves to where postgres reaches it.
        if (data != wanted && Directory.Exists(wanted) && new DirectoryInfo(wanted).LinkTarget is null)
            (await ChildProcess.RunAsync("mv", ["-T", wanted, data], ct)).ThrowIfFailed($"mv {wanted}");
        await MakeFolderAsync(data, ct);
        if (data != wanted && new DirectoryInfo(wanted).LinkTarget is null)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(wanted)!);
            Directory.CreateSymbolicLink(wanted, data);
        }
    }

    private static async Task MakeFolderAsync(string folder, CancellationToken ct)
    {
        if (Directory.Exists(folder))
            return;
        if (folder.StartsWith(SystemSockets, StringComparison.Ordinal))
            Directory.CreateDirectory(SystemSockets, OwnerOnly | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        Directory.CreateDirectory(folder, OwnerOnly);
        if (IsRoot)
            (await ChildProcess.RunAsync("chown", [$"{RunAs}:", folder], ct)).ThrowIfFailed($"chown {folder}");
    }

    // The fifth line of its file names the folder of its socket.
    private async Task<bool> IsOursAsync(CancellationToken ct) =>
        (await File.ReadAllLinesAsync(Path.Combine(data, "postmaster.pid"), ct)).ElementAtOrDefault(4) == sockets;

    // Both files are there, and postgres keeps them: only their contents change.
    private void LetInOnlyUs()
    {
        File.WriteAllText(Path.Combine(data, "pg_hba.conf"), Access);
        File.WriteAllText(
            Path.Combine(data, "pg_ident.conf"),
            $"pipeline \"{Environment.UserName}\" {Role}\npipeline \"{Environment.UserName}\" {Superuser}\n");
    }

    private async Task CreateDatabaseAsync(CancellationToken ct)
    {
        await using var db = NpgsqlDataSource.Create(ConnectionStringFor("postgres", await FirstRoleAsync(ct)));
        if (!await ExistsAsync(db, "SELECT count(*) FROM pg_roles WHERE rolname = 'pipeline'", ct))
            await ExecuteAsync(db, $"CREATE ROLE {Role} LOGIN CREATEDB", ct);
        if (!await ExistsAsync(db, "SELECT count(*) FROM pg_database WHERE datname = 'pipeline'", ct))
            await ExecuteAsync(db, $"CREATE DATABASE pipeline OWNER {Role}", ct);
    }

    // In a data directory of an older version our own role is the first one, which makes it a superuser for good.
    private async Task<string> FirstRoleAsync(CancellationToken ct)
    {
        try
        {
            await using var connection = new NpgsqlConnection(ConnectionStringFor("postgres", Superuser));
            await connection.OpenAsync(ct);
            return Superuser;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.InvalidAuthorizationSpecification)
        {
            return Role;
        }
    }

    private static async Task<bool> ExistsAsync(NpgsqlDataSource db, string count, CancellationToken ct)
    {
        await using var command = db.CreateCommand(count);
        return (long)(await command.ExecuteScalarAsync(ct))! > 0;
    }

    private static async Task ExecuteAsync(NpgsqlDataSource db, string sql, CancellationToken ct)
    {
        await using var command = db.CreateCommand(sql);
        await command.ExecuteNonQueryAsync(ct);
    }

    private const string SystemSockets = "/run/pipeline";

    // Root's lies where only root can make folders and postgres can come; another user's in his own data directory, if its path is short
    // enough, or else in the folder that the system gives him.
    private static string SocketFolder(string data)
    {
        var name = $"pg-{Digest.Of(System.Text.Encoding.UTF8.GetBytes(data)).Hex[..12]}";
        if (IsRoot)
            return Path.Combine(SystemSockets, name);
        var own = Path.Combine(data, "run");
        if (System.Text.Encoding.UTF8.GetByteCount(own + "/.s.PGSQL.5432") <= LongestSocket)
            return own;
        return Environment.GetEnvironmentVariable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime
            ? Path.Combine(runtime, "pipeline-" + name)
            : throw new InvalidOperationException(
                $"The path {own} is too long for the socket of PostgreSQL. Choose a shorter data directory, or set XDG_RUNTIME_DIR.");
    }

    // The shell lets go of our pipes for the server that stays behind: reading them would wait for its end.
    private async Task RunAsync(IReadOnlyList<string> command, CancellationToken ct)
    {
        var log = Path.GetTempFileName(); // made by us alone, under a name that nobody can know before
        var result = await ChildProcess.RunAsync("setsid", ["sh", "-c", $"{AsUser(command)} > '{log}' 2>&1 < /dev/null"], ct, "/");
        var said = await File.ReadAllTextAsync(log, ct);
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
