using Npgsql;
using Pipeline.TestKit;

namespace Pipeline.Kernel.Tests.Postgres;

/// <summary>A database without any migration, as the first start of a server finds it.</summary>
internal static class EmptyDatabase
{
    public static async Task<string> CreateAsync()
    {
        var beside = new NpgsqlConnectionStringBuilder(await TestPostgres.CreateDatabaseAsync());
        var name = $"{beside.Database}_empty";
        await using var db = NpgsqlDataSource.Create(beside.ConnectionString);
        await using var create = db.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        beside.Database = name;
        return beside.ConnectionString;
    }
}
