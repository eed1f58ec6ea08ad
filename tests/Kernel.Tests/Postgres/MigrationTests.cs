using Dapper;
using Npgsql;
using Pipeline.Kernel.Postgres;

namespace Pipeline.Kernel.Tests.Postgres;

public sealed class MigrationTests
{
    [Fact]
    public async Task Servers_that_start_at_once_on_an_empty_database_all_find_it_migrated()
    {
        var connectionString = await EmptyDatabase.CreateAsync();

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Migrator.Migrate(connectionString))));

        await using var db = NpgsqlDataSource.Create(connectionString);
        Assert.NotEmpty(OfKernel);
        Assert.Equal(OfKernel, await ScriptsAsync(db));
        Assert.Equal(0, await ScalarAsync(db, "SELECT count(*) FROM journal.event"));
    }

    [Fact]
    public async Task A_script_that_fails_is_rolled_back_whole_and_those_before_it_stay_and_those_after_it_do_not_run()
    {
        var connectionString = await EmptyDatabase.CreateAsync();
        await using var db = NpgsqlDataSource.Create(connectionString);

        foreach (var _ in new[] { "first", "again: the lock of the first is gone" })
        {
            var failure = Assert.Throws<InvalidOperationException>(
                () => Migrator.Migrate(connectionString, typeof(MigrationTests).Assembly, typeof(MigrationTests).Assembly));

            Assert.Matches(@"^Migration .*\.0002_fails\.sql failed: .*division by zero", failure.Message);
            Assert.IsType<PostgresException>(failure.InnerException);
            Assert.Equal([.. OfKernel.Select(FileOf), "0001_kept.sql"], (await ScriptsAsync(db)).Select(FileOf));
            Assert.Equal(1, await ScalarAsync(db, "SELECT count(*) FROM pg_tables WHERE tablename IN ('kept', 'gone', 'never')"));
            Assert.Equal(0, await ScalarAsync(db, "SELECT count(*) FROM public.kept"));
        }
    }

    [Fact]
    public async Task Nothing_of_the_lock_stays_after_a_migration()
    {
        var connectionString = await EmptyDatabase.CreateAsync();
        await using var db = NpgsqlDataSource.Create(connectionString);

        Migrator.Migrate(connectionString);

        Assert.Equal(0, await ScalarAsync(db, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = "
            + "(SELECT oid FROM pg_database WHERE datname = current_database())"));
    }

    // In the order of their numbers.
    private static IReadOnlyList<string> OfKernel =>
    [
        .. typeof(Migrator).Assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private static string FileOf(string script) => string.Join('.', script.Split('.')[^2..]);

    private static async Task<IReadOnlyList<string>> ScriptsAsync(NpgsqlDataSource db)
    {
        await using var connection = await db.OpenConnectionAsync(TestContext.Current.CancellationToken);
        return [.. await connection.QueryAsync<string>("SELECT scriptname FROM public.schema_versions ORDER BY schemaversionsid")];
    }

    private static async Task<long> ScalarAsync(NpgsqlDataSource db, string sql)
    {
        await using var command = db.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
