using System.Text.Json;
using Dapper;
using Npgsql;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Core;
using Pipeline.Kernel;
using Pipeline.Kernel.Paging;

namespace Pipeline.GitWebhooks.Data;

/// <summary>Webhook deliveries, stored raw before they are answered.</summary>
internal sealed class DeliveryStore(NpgsqlDataSource db)
{
    private const string Columns =
        "id, forge, external_id, event, received_at, state, outcome, repository_id, ref, processed_at, length(body) AS bytes";
    private const string Insert = """
        INSERT INTO git.delivery (id, forge, external_id, event, received_at, headers, body, state, outcome, next_wake)
        VALUES (@id, @forge, @externalId, @event, @receivedAt, @headers::jsonb, @body, @state, @outcome, @wake)
        ON CONFLICT (forge, external_id) DO NOTHING
        """;
    private const string IdOf = "SELECT id FROM git.delivery WHERE forge = @forge AND external_id = @externalId";
    private const string BodyOf =
        "SELECT event, state, received_at, headers->>'Content-Type' AS content_type, body FROM git.delivery WHERE id = @id";
    private const string One = $"SELECT {Columns}, headers::text AS headers, body FROM git.delivery WHERE id = @id";
    private const string Finish = """
        UPDATE git.delivery
           SET state = @state, outcome = @outcome, repository_id = @repository, ref = @ref, processed_at = @now, next_wake = NULL
         WHERE id = @id AND state = 'received'
        """;
    private const string Newest = $"""
        SELECT {Columns} FROM git.delivery
         WHERE (@repository::uuid IS NULL OR repository_id = @repository::uuid)
           AND (@at::timestamptz IS NULL OR (received_at, id) < (@at::timestamptz, @id::uuid))
         ORDER BY received_at DESC, id DESC LIMIT @limit
        """;

    /// <returns>True when it is new; false when the forge's id is known, and nothing changed.</returns>
    public async Task<bool> InsertAsync(NewDelivery delivery, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteAsync(new CommandDefinition(
            Insert,
            new
            {
                id = delivery.Id,
                forge = delivery.Forge,
                externalId = delivery.ExternalId,
                @event = delivery.Event,
                receivedAt = delivery.ReceivedAt.UtcDateTime,
                headers = JsonSerializer.Serialize(delivery.Headers),
                body = delivery.Body,
                state = delivery.Ignored is null ? "received" : "ignored",
                outcome = delivery.Ignored,
                wake = delivery.Ignored is null ? (delivery.ReceivedAt + WaitingDeliveries.Lease).UtcDateTime : (DateTime?)null,
            },
            cancellationToken: ct)) == 1;
    }

    public async Task<Guid> IdOfAsync(string forge, string externalId, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<Guid>(new CommandDefinition(IdOf, new { forge, externalId }, cancellationToken: ct));
    }

    /// <returns>Null when there is no such delivery.</returns>
    public async Task<RawDelivery?> BodyAsync(Guid id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(BodyOf, new { id }, cancellationToken: ct));
        return row is null ? null : new RawDelivery(id, row.Event, row.State, Rows.Utc(row.ReceivedAt), row.ContentType, row.Body);
    }

    public async Task FinishAsync(
        Guid id, string state, string outcome, RepositoryId? repository, string? @ref, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            Finish, new { id, state, outcome, repository = repository?.Value, @ref, now = now.UtcDateTime }, cancellationToken: ct));
    }

    /// <summary>Newest first.</summary>
    public async Task<Page<Delivery>> ListAsync(RepositoryId? repository, Cursor? after, int limit, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            Newest, new { repository = repository?.Value, at = after?.At.UtcDateTime, id = after?.Id, limit = limit + 1 },
            cancellationToken: ct));
        return Rows.Page<Delivery>([.. rows.Select(r => r.ToDelivery())], limit, d => new Cursor(d.ReceivedAt, d.Id));
    }

    public async Task<DeliveryDetail?> GetAsync(Guid id, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(One, new { id }, cancellationToken: ct));
        return row is null
            ? null
            : new DeliveryDetail(
                row.ToDelivery(),
                JsonSerializer.Deserialize<Dictionary<string, string>>(row.Headers)!
                    .ToDictionary(h => h.Key, h => DeliveryHeaders.Shown(h.Key, h.Value)),
                System.Text.Encoding.UTF8.GetString(row.Body));
    }

    private sealed class Row
    {
        public Guid Id { get; init; }
        public string Forge { get; init; } = "";
        public string ExternalId { get; init; } = "";
        public string Event { get; init; } = "";
        public DateTime ReceivedAt { get; init; }
        public string State { get; init; } = "";
        public string? Outcome { get; init; }
        public Guid? RepositoryId { get; init; }
        public string? Ref { get; init; }
        public DateTime? ProcessedAt { get; init; }
        public long Bytes { get; init; }
        public string Headers { get; init; } = "";
        public string? ContentType { get; init; }
        public byte[] Body { get; init; } = [];

        public Delivery ToDelivery() => new(
            Id, Forge, ExternalId, Event, Rows.Utc(ReceivedAt), State, Outcome, RepositoryId, Ref, Rows.Utc(ProcessedAt), Bytes);
    }
}

/// <summary>A delivery that is to be stored. <paramref name="Ignored"/> says why no job is needed; null when one is.</summary>
internal sealed record NewDelivery(
    Guid Id, string Forge, string ExternalId, string Event, DateTimeOffset ReceivedAt, IReadOnlyDictionary<string, string> Headers,
    byte[] Body, string? Ignored);

internal sealed record RawDelivery(Guid Id, string Event, string State, DateTimeOffset ReceivedAt, string? ContentType, byte[] Body)
{
    /// <summary>The JSON: a form-encoded hook carries it in its field <c>payload</c>.</summary>
    public ReadOnlyMemory<byte> Json => HookBody.JsonOf(ContentType, Body);
}
