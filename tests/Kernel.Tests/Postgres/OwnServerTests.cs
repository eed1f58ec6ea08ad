using System.Globalization;
using Npgsql;
using Pipeline.Kernel.Postgres;

namespace Pipeline.Kernel.Tests.Postgres;

/// <summary>A PostgreSQL server of our own under bad conditions: an awkward path, a crash, swept sockets, two starts at once.</summary>
public sealed class OwnServerTests : IAsyncDisposable
{
    private readonly CancellationToken ct = TestContext.Current.CancellationToken;
    private readonly DirectoryInfo root = Directory.CreateTempSubdirectory("pipeline-pg-");

    public OwnServerTests() =>
        root.UnixFileMode |= UnixFileMode.OtherExecute; // a server that runs as another user must come through

    // Longer than the path of a socket may be where the socket lies elsewhere, with what a shell would take for its own.
    private string Data => Path.Combine(root.FullName, "it's here; here", new string('x', Environment.UserName == "root" ? 120 : 20), "pg");

    [Fact]
    public async Task A_server_in_an_awkward_folder_survives_a_crash_and_a_swept_socket_folder()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Data)!);
        var postgres = new PrivatePostgres(Data, durable: false);
        Assert.False(await postgres.IsRunningAsync(ct));
        await postgres.StopAsync(ct); // nothing runs: nothing to do

        await postgres.StartAsync(ct);
        await postgres.StartAsync(ct);
        Assert.True(await postgres.IsRunningAsync(ct));
        Assert.Equal("off", await ScalarAsync(postgres, "SHOW fsync"));
        Assert.Equal("", await ScalarAsync(postgres, "SHOW listen_addresses"));
        await ScalarAsync(postgres, "SET synchronous_commit = on; CREATE TABLE kept (id int)");
        foreach (var folder in new[] { Data, Sockets(postgres) })
            Assert.Equal("700", Convert.ToString((int)File.GetUnixFileMode(folder), 8));

        await KillAsync();
        Assert.False(await postgres.IsRunningAsync(ct));
        Directory.Delete(Sockets(postgres), recursive: true);
        await new PrivatePostgres(Data, durable: false).StartAsync(ct);

        Assert.Equal("kept", await ScalarAsync(postgres, "SELECT to_regclass('kept')::text"));
    }

    [Fact]
    public async Task Nobody_but_the_user_who_started_it_comes_in_and_he_comes_in_as_an_ordinary_role()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Data)!);
        var postgres = new PrivatePostgres(Data, durable: false);
        await postgres.StartAsync(ct);

        Assert.Equal("off", await ScalarAsync(postgres, "SELECT current_setting('is_superuser')"));
        var refused = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(postgres, "COPY pg_class TO PROGRAM 'id'"));
        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        if (Environment.UserName != "root")
            return; // only root can be somebody else
        // Even when the folder of the socket were open to all.
        File.SetUnixFileMode(Sockets(postgres), (UnixFileMode)0b111_111_101);
        File.SetUnixFileMode(Path.GetDirectoryName(Sockets(postgres))!, (UnixFileMode)0b111_001_001);
        foreach (var role in (string[])["pipeline", "postgres", "nobody"])
        {
            var other = await ChildProcess.RunAsync(
                "setpriv",
                [
                    "--reuid=65534", "--regid=65534", "--clear-groups", "psql", "-w", "-h", Sockets(postgres), "-U", role, "-c", "SELECT 1",
                    "pipeline",
                ],
                ct);
            Assert.Contains("Peer authentication failed", other.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Two_data_directories_never_share_a_socket()
    {
        var (one, other) = (new PrivatePostgres(Data), new PrivatePostgres($"{Data}2"));

        Assert.NotEqual(Sockets(one), Sockets(other));
        Assert.True(Sockets(one).Length < 80, Sockets(one));
        Assert.Equal(Sockets(one), Sockets(new PrivatePostgres(Path.Combine(Data, "..", "pg"))));
    }

    [Fact]
    public async Task A_server_that_cannot_start_says_why()
    {
        Directory.CreateDirectory(Data);
        await File.WriteAllTextAsync(Path.Combine(Data, "PG_VERSION"), "7\n", ct);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => new PrivatePostgres(Data, durable: false).StartAsync(ct));

        Assert.Contains("pg_ctl failed (exit 1)", failure.Message, StringComparison.Ordinal);
        Directory.Delete(Data, recursive: true);
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Data))
            await new PrivatePostgres(Data, durable: false).DestroyAsync(CancellationToken.None);
        root.Delete(recursive: true);
    }

    private static string Sockets(PrivatePostgres postgres) => new NpgsqlConnectionStringBuilder(postgres.ConnectionString).Host!;

    private async Task KillAsync()
    {
        var pid = int.Parse((await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid"), ct))[0], CultureInfo.InvariantCulture);
        using var postmaster = System.Diagnostics.Process.GetProcessById(pid);
        postmaster.Kill();
        await postmaster.WaitForExitAsync(ct);
    }

    private async Task<string?> ScalarAsync(PrivatePostgres postgres, string sql)
    {
        await using var db = NpgsqlDataSource.Create($"{postgres.ConnectionString};Pooling=false");
        await using var command = db.CreateCommand(sql);
        return (await command.ExecuteScalarAsync(ct))?.ToString();
    }
}
