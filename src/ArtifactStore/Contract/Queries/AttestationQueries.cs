using System.Text.Json;
using Pipeline.ArtifactStore.Data;
using Pipeline.ArtifactStore.Trust;
using Pipeline.Attestation;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Contract.Queries;

/// <summary>Statements about a digest, with the state of their signatures checked at every read.</summary>
public sealed class AttestationQueries
{
    private readonly AttestationStore store;
    private readonly TrustFiles trust;
    private readonly TimeProvider time;

    internal AttestationQueries(AttestationStore store, TrustFiles trust, TimeProvider time) =>
        (this.store, this.trust, this.time) = (store, trust, time);

    /// <summary>Statements about an artifact or a release, newest first, at most 200.</summary>
    public async Task<IReadOnlyList<AttestationView>> OfAsync(Digest digest, CancellationToken ct) =>
        [.. (await store.OfAsync(digest, ct)).Select(View)];

    /// <summary>The envelope (JSON) of the newest provenance of an artifact: what goes to the agent with a promotion statement.</summary>
    /// <returns>Null when the artifact has none.</returns>
    public Task<string?> ProvenanceOfAsync(Digest artifact, CancellationToken ct) => store.ProvenanceOfAsync(artifact, ct);

    /// <summary>The decision that an agent would make now about running the artifact.</summary>
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
        // The role follows from the row's type: a row that was labelled anew must not lend the key another role.
        if (verdict.Verified is { Statement.PredicateType: var signed } && signed != stored.PredicateType)
            verdict = new EnvelopeVerdict(null, VerificationCode.SignatureInvalid, $"The signed statement is of the type {signed}.");
        var claimed = verdict.Verified?.Statement ?? Statements.Peek(stored.Envelope);
        return new AttestationView(
            stored.Digest, stored.PredicateType, stored.KeyId, stored.CreatedAt, verdict.Verified is not null, verdict.Code, verdict.Detail,
            claimed?.Predicate, JsonOf(stored.Envelope));
    }

    // What was changed from outside may be no JSON: shown as the text it is, so that it does not hide the statements beside it.
    private static JsonElement JsonOf(string envelope)
    {
        try
        {
            return JsonDocument.Parse(envelope).RootElement;
        }
        catch (JsonException)
        {
            return JsonSerializer.SerializeToElement(envelope);
        }
    }
}
