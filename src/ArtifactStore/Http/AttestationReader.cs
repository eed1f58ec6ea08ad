using System.Text.Json;
using Pipeline.ArtifactStore.Core;
using Pipeline.ArtifactStore.Data;
using Pipeline.ArtifactStore.Jobs;
using Pipeline.Attestation;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Http;

/// <summary>A statement as API and pages show it.</summary>
/// <param name="Verified">The signature holds now, by a key of the right role.</param>
/// <param name="Code">Why not, as in <see cref="VerificationCode"/>; null when verified.</param>
/// <param name="Predicate">What it says; believe it only when verified.</param>
public sealed record AttestationView(
    Digest Digest, string PredicateType, string KeyId, DateTimeOffset CreatedAt, bool Verified, string? Code, string Detail,
    JsonElement? Predicate, JsonElement Envelope);

/// <summary>Statements about a digest with the state of their signatures, checked at every read.</summary>
public sealed class AttestationReader(AttestationStore store, TrustPublisher trust, TimeProvider time)
{
    public async Task<IReadOnlyList<AttestationView>> OfAsync(Digest digest, CancellationToken ct) =>
        [.. (await store.OfAsync(digest, ct)).Select(View)];

    /// <summary>The decision an agent would make now about running the artifact.</summary>
    public VerificationOutcome Check(IReadOnlyList<string> envelopes, ExpectedPromotion expected) =>
        PromotionCheck.Verify(trust.Current, envelopes, expected, time.GetUtcNow());

    private AttestationView View(StoredAttestation stored)
    {
        var role = stored.PredicateType switch
        {
            ProvenancePredicate.Type => KeyRole.Builder,
            PromotionPredicate.Type => KeyRole.Promoter,
            _ => KeyRole.Approver,
        };
        var verdict = Verifier.Verify(trust.Current, stored.Envelope, role, time.GetUtcNow());
        var claimed = verdict.Verified?.Statement ?? Statements.Peek(stored.Envelope);
        return new AttestationView(
            stored.Digest, stored.PredicateType, stored.KeyId, stored.CreatedAt, verdict.Verified is not null, verdict.Code, verdict.Detail,
            claimed?.Predicate, JsonDocument.Parse(stored.Envelope).RootElement);
    }
}
