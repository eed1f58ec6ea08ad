using System.Globalization;
using Npgsql;

namespace Pipeline.TestKit;

/// <summary>All rows of a database: for each table how many there are and the md5 of their text. Two are equal when nothing was
/// written between them; sequences do not count.</summary>
public sealed class DatabaseSnapshot
{
    private const string Tables = """
        SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
         WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1
        """;

    private readonly SortedDictionary<string, string> rows = new(StringComparer.Ordinal);

    private DatabaseSnapshot()
    {
    }

    public static async Task<DatabaseSnapshot> TakeAsync(NpgsqlDataSource db)
    {
        var snapshot = new DatabaseSnapshot();
        foreach (var table in await TablesAsync(db))
        {
            await using var command = db.CreateCommand(
                $"SELECT count(*), md5(coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '')) FROM {table} t");
            await using var reader = await command.ExecuteReaderAsync();
            await reader.ReadAsync();
            snapshot.rows[table] = string.Create(CultureInfo.InvariantCulture, $"{reader.GetInt64(0)} rows, md5 {reader.GetString(1)}");
        }

        return snapshot;
    }

    /// <summary>One line for each table that differs, such as <c>git.push: 0 rows, md5 … before, 1 rows, md5 … after</c>.</summary>
    public IReadOnlyList<string> DifferencesTo(DatabaseSnapshot later) =>
        [.. rows.Keys.Union(later.rows.Keys).Order(StringComparer.Ordinal)
            .Where(t => rows.GetValueOrDefault(t) != later.rows.GetValueOrDefault(t))
            .Select(t => $"{t}: {rows.GetValueOrDefault(t, "no table")} before, {later.rows.GetValueOrDefault(t, "no table")} after")];

    private static async Task<IReadOnlyList<string>> TablesAsync(NpgsqlDataSource db)
    {
        var tables = new List<string>();
        await using var command = db.CreateCommand(Tables);
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            tables.Add(reader.GetString(0));
        return tables;
    }
}
