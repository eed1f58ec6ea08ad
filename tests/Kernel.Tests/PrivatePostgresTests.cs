using Npgsql;
using Pipeline.Kernel.Postgres;

namespace Pipeline.Kernel.Tests;

public sealed class PrivatePostgresTests : IAsyncDisposable
{
    // For its owner only, as /root is: started by root, the files of PostgreSQL must lie elsewhere.
    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("pipeline-home-");

    [Fact]
    public async Task A_second_start_finds_its_database_and_a_deleted_data_directory_takes_its_database_with_it()
    {
        Assert.False(await WithServerAsync(HasTableAsync));
        await WithServerAsync(MakeTableAsync);
        Assert.True(await WithServerAsync(HasTableAsync));
        var files = new DirectoryInfo(Data).LinkTarget;

        Directory.Delete(Path.GetDirectoryName(Data)!, recursive: true);

        Assert.False(await WithServerAsync(HasTableAsync));
        if (files is not null)
            Directory.Delete(files, recursive: true);
    }

    [Fact]
    public async Task A_data_directory_that_is_closed_to_others_after_its_first_start_keeps_its_database()
    {
        home.UnixFileMode |= UnixFileMode.OtherExecute;
        await WithServerAsync(MakeTableAsync);
        home.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

        Assert.True(await WithServerAsync(HasTableAsync));
    }

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Data))
            await new PrivatePostgres(Data, durable: false).DestroyAsync(CancellationToken.None);
        home.Delete(recursive: true);
    }

    private string Data => Path.Combine(home.FullName, "data", "pg");

    private async Task<T> WithServerAsync<T>(Func<PrivatePostgres, Task<T>> work)
    {
        var postgres = new PrivatePostgres(Data, durable: false);
        await postgres.StartAsync(TestContext.Current.CancellationToken);
        var result = await work(postgres);
        await postgres.StopAsync(TestContext.Current.CancellationToken);
        return result;
    }

    private static async Task<bool> HasTableAsync(PrivatePostgres postgres)
    {
        await using var db = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = db.CreateCommand("SELECT to_regclass('kept') IS NOT NULL");
        return (bool)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task<int> MakeTableAsync(PrivatePostgres postgres)
    {
        await using var db = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var command = db.CreateCommand("CREATE TABLE kept (id int)");
        return await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
