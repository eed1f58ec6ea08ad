using System.Collections.Concurrent;
using System.Diagnostics;
using System.Reflection;
using Npgsql;
using Pipeline.Kernel.Postgres;

namespace Pipeline.TestKit;

/// <summary>
/// One private PostgreSQL per test process (fsync off). Each set of migrations is applied once to a template database; every test
/// gets a clone of it.
/// </summary>
public static class TestPostgres
{
    private static readonly string Root = $"/tmp/pipeline-tests-{Environment.UserName}/{Environment.ProcessId}";

    /// <summary>Whoever finds it in a folder leaves it alone: its server is being removed.</summary>
    private const string Ending = "ending";

    private static readonly Lazy<Task<PrivatePostgres>> Server = new(StartAsync);
    private static readonly ConcurrentDictionary<string, Lazy<Task<string>>> Templates = new();
    private static readonly SemaphoreSlim OneAtATime = new(1, 1);
    private static int count;

    /// <summary>A fresh database with the migrations of Kernel and of the given slices; gives its connection string.</summary>
    public static async Task<string> CreateDatabaseAsync(params Assembly[] slices)
    {
        var server = await Server.Value;
        var template = await Templates.GetOrAdd(
            string.Join('|', slices.Select(s => s.GetName().Name)),
            key => new Lazy<Task<string>>(() => MakeTemplateAsync(server, slices))).Value;
        var name = $"test_{Interlocked.Increment(ref count)}";
        await ExecuteAsync(server, $"CREATE DATABASE {name} TEMPLATE {template}");
        return server.ConnectionStringFor(name) + ";Maximum Pool Size=20";
    }

    private static async Task<string> MakeTemplateAsync(PrivatePostgres server, Assembly[] slices)
    {
        var name = $"template_{Interlocked.Increment(ref count)}";
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
        var connectionString = server.ConnectionStringFor(name) + ";Pooling=false";
        Migrator.Migrate(connectionString, slices);
        return name;
    }

    // CREATE DATABASE needs its template unused: one at a time.
    private static async Task ExecuteAsync(PrivatePostgres server, string sql)
    {
        await OneAtATime.WaitAsync();
        try
        {
            await using var connection = new NpgsqlConnection(server.ConnectionStringFor("postgres") + ";Pooling=false");
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    private static async Task<PrivatePostgres> StartAsync()
    {
        await RemoveLeftoversAsync();
        Directory.CreateDirectory(Root);
        var server = new PrivatePostgres(Path.Combine(Root, "pg"), durable: false);
        // The test runner takes an exit that lasts for threads that were left behind, and ends the process after ten seconds.
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            File.WriteAllText(Path.Combine(Root, Ending), "");
            server.DestroyBehind(Root);
        };
        await server.StartAsync(CancellationToken.None);
        return server;
    }

    /// <summary>Servers of test processes that were killed before they could clean up.</summary>
    private static async Task RemoveLeftoversAsync()
    {
        var parent = Path.GetDirectoryName(Root)!;
        Directory.CreateDirectory(parent);
        if (TryLockCleanup(parent) is not { } cleanup)
            return; // another test process removes them
        await using var held = cleanup;
        foreach (var directory in Directory.GetDirectories(parent))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid) || IsAlive(pid) || IsEnding(directory))
                continue;
            try
            {
                var data = Path.Combine(directory, "pg");
                if (Directory.Exists(data))
                    await new PrivatePostgres(data, durable: false).DestroyAsync(CancellationToken.None);
                Directory.Delete(directory, recursive: true);
            }
            catch (DirectoryNotFoundException)
            {
                // Another test program, started at the same moment, removes the same leftovers.
            }
        }
    }

    private static FileStream? TryLockCleanup(string parent)
    {
        try
        {
            return new FileStream(Path.Combine(parent, "cleanup.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static bool IsEnding(string directory) =>
        File.GetLastWriteTimeUtc(Path.Combine(directory, Ending)) > TimeProvider.System.GetUtcNow().UtcDateTime - TimeSpan.FromMinutes(2);

    private static bool IsAlive(int pid)
    {
        try
        {
            return !Process.GetProcessById(pid).HasExited;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
