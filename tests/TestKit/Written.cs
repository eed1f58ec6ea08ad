using Npgsql;

namespace Pipeline.TestKit;

/// <summary>What a database holds, table by table: two of them side by side say what was written in between.</summary>
public sealed class Written
{
    private const string Tables = """
        SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) FROM information_schema.tables
         WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
         ORDER BY 1
        """;

    private readonly SortedDictionary<string, (long Rows, string Checksum)> tables = new(StringComparer.Ordinal);

    private Written()
    {
    }

    /// <summary>Number of rows and checksum of every table, at one moment.</summary>
    public static async Task<Written> ReadAsync(NpgsqlDataSource database)
    {
        var written = new Written();
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
        foreach (var table in await NamesAsync(connection))
        {
            await using var command = new NpgsqlCommand(
                $"SELECT count(*), md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text COLLATE \"C\"), '')) FROM {table} t",
                connection);
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            written.tables[table] = (reader.GetInt64(0), reader.GetString(1));
        }

        return written;
    }

    /// <summary>Every table that is not the same any more, with what changed: <c>build.step: 2 rows became 3</c>.</summary>
    public static IReadOnlyList<string> Changes(Written before, Written after) =>
    [
        .. after.tables.Where(t => before.tables.GetValueOrDefault(t.Key) != t.Value).Select(t => Describe(t.Key, before, t.Value)),
        .. before.tables.Keys.Where(name => !after.tables.ContainsKey(name)).Select(name => $"{name}: dropped"),
    ];

    /// <summary>Does the work; gives what it changed.</summary>
    public static async Task<IReadOnlyList<string>> ByAsync(NpgsqlDataSource database, Func<Task> work)
    {
        var before = await ReadAsync(database);
        await work();
        return Changes(before, await ReadAsync(database));
    }

    private static string Describe(string name, Written before, (long Rows, string Checksum) after) =>
        !before.tables.TryGetValue(name, out var old) ? $"{name}: created"
        : old.Rows == after.Rows ? $"{name}: a row of {after.Rows} changed"
        : $"{name}: {old.Rows} rows became {after.Rows}";

    private static async Task<List<string>> NamesAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(Tables, connection);
        await using var reader = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await reader.ReadAsync())
            names.Add(reader.GetString(0));
        return names;
    }
}
