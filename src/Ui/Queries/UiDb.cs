using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using Npgsql;

namespace Pipeline.Ui.Queries;

/// <summary>
/// Reads views as JSON that PostgreSQL builds: one round trip brings a row with its lists inside, and no row class has to repeat it.
/// Columns are named as the record's properties, in any case.
/// </summary>
internal sealed class UiDb(NpgsqlDataSource db)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.KebabCaseLower) },
    };

    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, object? arguments, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var json = await connection.ExecuteScalarAsync<string>(new CommandDefinition(
            $"SELECT coalesce(json_agg(to_jsonb(rows)), '[]')::text FROM ({sql}) rows", arguments, cancellationToken: ct));
        return JsonSerializer.Deserialize<IReadOnlyList<T>>(json!, Options)!;
    }

    public async Task<T?> FindAsync<T>(string sql, object? arguments, CancellationToken ct)
        where T : class => await ListAsync<T>(sql, arguments, ct) is [var first, ..] ? first : null;
}
