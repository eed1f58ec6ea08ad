using System.Reflection;
using Dapper;
using DbUp;
using DbUp.Engine;
using Npgsql;

namespace Pipeline.Kernel.Postgres;

/// <summary>Brings the schema up to date: embedded <c>Data/Migrations/NNNN_name.sql</c> of each slice, forward only, slice by
/// slice.</summary>
/// <remarks>One server at a time: of two that start at once, the second waits for the first and finds its work done.</remarks>
public static class Migrator
{
    private const long Lock = 4007;

    /// <param name="slices">Kernel's own migrations always come first; name only the others.</param>
    /// <exception cref="InvalidOperationException">Names the script that failed; everything it did is rolled back.</exception>
    public static void Migrate(string connectionString, params IEnumerable<Assembly> slices)
    {
        // Without a pool: the lock ends with the connection, whatever happens.
        using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString);
        connection.Open();
        connection.Execute("SELECT pg_advisory_lock(@Lock)", new { Lock }, commandTimeout: 0);
        foreach (var assembly in slices.Prepend(typeof(Migrator).Assembly).Distinct())
        {
            var result = DeployChanges.To
                .PostgresqlDatabase(connectionString)
                .WithScriptsEmbeddedInAssembly(assembly, name => name.EndsWith(".sql", StringComparison.Ordinal))
                .WithScriptNameComparer(Comparer<string>.Create(InOrder))
                .WithTransactionPerScript()
                .JournalToPostgresqlTable("public", "schema_versions")
                .LogToNowhere()
                .Build()
                .PerformUpgrade();
            ThrowIfFailed(result);
        }
    }

    /// <summary>By the number of the file, whatever name the assembly had when a script was recorded.</summary>
    private static int InOrder(string? one, string? other) =>
        string.CompareOrdinal(FileOf(one), FileOf(other)) is var files and not 0 ? files : string.CompareOrdinal(one, other);

    private static string FileOf(string? script) => script?.Split(".Migrations.")[^1] ?? "";

    private static void ThrowIfFailed(DatabaseUpgradeResult result)
    {
        if (!result.Successful)
            throw new InvalidOperationException(
                $"Migration {result.ErrorScript?.Name ?? "(none)"} failed: {result.Error.Message}", result.Error);
    }
}
