using System.Text.Json;
using Pipeline.Attestation;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Contract;

/// <summary>A signed statement as the API and the pages show it.</summary>
/// <param name="Digest">SHA-256 of the envelope's JSON.</param>
/// <param name="PredicateType">What kind of statement it is.</param>
/// <param name="KeyId">The key that signed it.</param>
/// <param name="CreatedAt">When it was stored.</param>
/// <param name="Verified">The signature holds now, by a key of the right role.</param>
/// <param name="Code">Why not, as in <see cref="VerificationCode"/>; null when verified.</param>
/// <param name="Detail">A sentence on it.</param>
/// <param name="Predicate">What it says; believe it only when verified.</param>
/// <param name="Envelope">The DSSE envelope; its text when it is no JSON any more.</param>
public sealed record AttestationView(
    Digest Digest, string PredicateType, string KeyId, DateTimeOffset CreatedAt, bool Verified, string? Code, string Detail,
    JsonElement? Predicate, JsonElement Envelope);
