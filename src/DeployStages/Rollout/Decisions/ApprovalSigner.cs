using System.Text.Json;
using Pipeline.ArtifactStore.Data;
using Pipeline.Attestation;
using Pipeline.DeployStages.Core.Promotions;

namespace Pipeline.DeployStages.Rollout.Decisions;

/// <summary>Signs an approval, so that who approved which plan can be proved without the database.</summary>
internal sealed class ApprovalSigner(KeyRing keys, AttestationStore attestations)
{
    /// <summary>The type of the statement: signed and stored, never change it.</summary>
    public const string PredicateType = "urn:x-pipeline:approval/v1";

    /// <returns>The DSSE envelope as JSON; its subject is the plan.</returns>
    public async Task<string> SignAsync(
        Promotion p, string planDigest, string person, IReadOnlyList<string> groups, DateTimeOffset at, CancellationToken ct)
    {
        var predicate = JsonSerializer.SerializeToElement(
            new { stage = p.Stage, release = p.Release.ToString(), promotion = p.Id.ToString(), person, groups, at },
            JsonSerializerOptions.Web);
        var envelope = Statements.Sign([StatementSubject.Of("plan", planDigest)], PredicateType, predicate, keys.Promoter);
        await attestations.AddAsync(envelope, keys.Promoter.Id, [p.Release], ct);
        return envelope;
    }
}
