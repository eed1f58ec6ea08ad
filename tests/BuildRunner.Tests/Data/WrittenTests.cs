using Dapper;
using Npgsql;
using Pipeline.TestKit;

namespace Pipeline.BuildRunner.Tests.Data;

/// <summary>The helper that other tests rest on: it must see every kind of change, and nothing where there is none.</summary>
public sealed class WrittenTests
{
    [Theory]
    [InlineData("SELECT 1", new string[0])]
    [InlineData("UPDATE t.a SET x = x", new string[0])]
    [InlineData("INSERT INTO t.a VALUES (3, 'c')", new[] { "t.a: 2 rows became 3" })]
    [InlineData("DELETE FROM t.a WHERE x = 1", new[] { "t.a: 2 rows became 1" })]
    [InlineData("UPDATE t.a SET y = 'z' WHERE x = 1", new[] { "t.a: a row of 2 changed" })]
    [InlineData("UPDATE t.a SET y = NULL WHERE x = 1", new[] { "t.a: a row of 2 changed" })]
    [InlineData("UPDATE t.a SET y = CASE x WHEN 1 THEN 'b' ELSE 'a' END", new[] { "t.a: a row of 2 changed" })]
    [InlineData("DELETE FROM t.a; INSERT INTO t.a VALUES (2, 'b'), (1, 'a')", new string[0])]
    [InlineData("INSERT INTO t.\"B c\" VALUES (1)", new[] { "t.\"B c\": 0 rows became 1" })]
    [InlineData("DROP TABLE t.a", new[] { "t.a: dropped" })]
    [InlineData("CREATE TABLE t.n ()", new[] { "t.n: created" })]
    [InlineData("INSERT INTO t.a VALUES (3, 'c'); INSERT INTO t.\"B c\" VALUES (1)",
        new[] { "t.\"B c\": 0 rows became 1", "t.a: 2 rows became 3" })]
    public async Task Every_change_is_seen_with_its_table(string sql, string[] changes)
    {
        await using var database = NpgsqlDataSource.Create(await TestPostgres.CreateDatabaseAsync());
        await ExecuteAsync(
            database,
            "CREATE SCHEMA t; CREATE TABLE t.a (x int, y text); CREATE TABLE t.\"B c\" (x int);"
            + "INSERT INTO t.a VALUES (1, 'a'), (2, 'b')");

        Assert.Equal(changes, await Written.ByAsync(database, () => ExecuteAsync(database, sql)));
    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, string sql)
    {
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(sql);
    }
}
