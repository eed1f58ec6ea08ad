using Dapper;
using Npgsql;
using Pipeline.Attestation;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Data;

/// <summary>Signed statements, and which digests they are about.</summary>
internal sealed class AttestationStore(NpgsqlDataSource db, TimeProvider time)
{
    private const string Insert = """
        WITH stored AS (
            INSERT INTO artifact.attestation (digest, predicate_type, key_id, created_at, envelope)
            VALUES (@Digest, @PredicateType, @KeyId, @Now, @Envelope)
            ON CONFLICT DO NOTHING)
        INSERT INTO artifact.attestation_subject (subject, attestation)
        SELECT DISTINCT subject, @Digest FROM unnest(@Subjects) AS subject
        ON CONFLICT DO NOTHING
        """;

    private const string About = """
        SELECT a.digest, a.predicate_type, a.key_id, a.created_at, a.envelope
          FROM artifact.attestation_subject s JOIN artifact.attestation a ON a.digest = s.attestation
         WHERE s.subject = @subject
         ORDER BY a.created_at DESC, a.digest
         LIMIT @limit
        """;

    private const string NewestProvenance = """
        SELECT a.envelope
          FROM artifact.attestation_subject s JOIN artifact.attestation a ON a.digest = s.attestation
         WHERE s.subject = @subject AND a.predicate_type = @type
         ORDER BY a.created_at DESC, a.digest
         LIMIT 1
        """;

    private const string OfType = """
        SELECT a.envelope
          FROM artifact.attestation_subject s JOIN artifact.attestation a ON a.digest = s.attestation
         WHERE s.subject = @subject AND a.predicate_type = @type
         ORDER BY a.created_at DESC, a.digest
         LIMIT 200
        """;

    /// <summary>Stores an envelope under the digest of its text and links it to its subjects. Joins the ambient transaction.</summary>
    /// <param name="alsoAbout">Digests that people look for it by, beside the subjects: the release of a promotion.</param>
    public async Task<Digest> AddAsync(string envelope, string keyId, IReadOnlyList<Digest> alsoAbout, CancellationToken ct)
    {
        var statement = Statements.Peek(envelope);
        Invariant.Require(statement is not null);
        var digest = Digest.Of(System.Text.Encoding.UTF8.GetBytes(envelope));
        var subjects = statement.Subject
            .Where(s => s.Digest.ContainsKey("sha256")).Select(s => "sha256:" + s.Digest["sha256"])
            .Concat(alsoAbout.Select(d => d.ToString()));
        await using var connection = await db.OpenConnectionAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            Insert,
            new
            {
                Digest = digest.ToString(), statement.PredicateType, KeyId = keyId, Now = time.GetUtcNow().UtcDateTime,
                Envelope = envelope, Subjects = subjects.ToArray(),
            },
            cancellationToken: ct));
        return digest;
    }

    /// <summary>Statements about an artifact or a release, newest first, at most 200.</summary>
    public async Task<IReadOnlyList<StoredAttestation>> OfAsync(Digest digest, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition(
            About, new { subject = digest.ToString(), limit = 200 }, cancellationToken: ct));
        return [.. rows.Select(r => new StoredAttestation(
            Digest.Parse(r.Digest), r.PredicateType, r.KeyId, DateTime.SpecifyKind(r.CreatedAt, DateTimeKind.Utc), r.Envelope))];
    }

    /// <summary>The envelope (JSON) of the newest provenance of an artifact: what goes with a promotion statement to the agent.</summary>
    public async Task<string?> ProvenanceOfAsync(Digest artifact, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return await connection.ExecuteScalarAsync<string?>(new CommandDefinition(
            NewestProvenance, new { subject = artifact.ToString(), type = ProvenancePredicate.Type }, cancellationToken: ct));
    }

    /// <summary>The envelopes (JSON) of one kind about a digest, newest first, at most 200; unverified.</summary>
    public async Task<IReadOnlyList<string>> EnvelopesAsync(Digest subject, string type, CancellationToken ct)
    {
        await using var connection = await db.OpenConnectionAsync(ct);
        return [.. await connection.QueryAsync<string>(new CommandDefinition(
            OfType, new { subject = subject.ToString(), type }, cancellationToken: ct))];
    }

    private sealed class Row
    {
        public string Digest { get; init; } = "";
        public string PredicateType { get; init; } = "";
        public string KeyId { get; init; } = "";
        public DateTime CreatedAt { get; init; }
        public string Envelope { get; init; } = "";
    }
}

/// <summary>A signed statement as stored. <paramref name="Digest"/> is that of the envelope's JSON.</summary>
internal sealed record StoredAttestation(Digest Digest, string PredicateType, string KeyId, DateTimeOffset CreatedAt, string Envelope);
