using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;
using Pipeline.ArtifactStore.Contract;
using Pipeline.ArtifactStore.Contract.Queries;
using Pipeline.Attestation;
using Pipeline.Kernel;

namespace Pipeline.ArtifactStore.Http;

/// <summary>What to verify. With a stage: the decision an agent would make. Without: bytes and provenance, and nothing else may be
/// given.</summary>
/// <param name="Envelopes">DSSE JSON, one each; null takes the stored ones.</param>
internal sealed record VerifyRequest(
    string? Artifact, string? Release, string? Stage, long? Generation, string? Deployable, IReadOnlyList<string>? Envelopes);

/// <param name="Code">As in <see cref="VerificationCode"/>; null when everything holds.</param>
/// <param name="BytesIntact">The stored bytes hashed again; null when they are not in this store.</param>
internal sealed record VerifyAnswer(
    bool Verified, string? Code, string Detail, bool? BytesIntact, IReadOnlyList<AttestationView> Attestations);

internal static class ArtifactEndpoints
{
    public static void MapArtifacts(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").RequireAuthorization(Permission.View).WithTags("Artifacts");
        group.MapMethods("/artifacts/{digest}", [HttpMethods.Get, HttpMethods.Head], Download).WithName("artifact-download");
        group.MapGet("/artifacts/{digest}/attestations", Attestations).WithName("artifact-attestations");
        group.MapPost("/attestations/verify", Verify).WithName("attestation-verify");
    }

    /// <summary>The bytes; immutable under their digest, so a cache may keep them for ever. <c>verify=true</c> hashes them first.</summary>
    private static async Task<Results<FileStreamHttpResult, NotFound, ProblemHttpResult>> Download(
        string digest, string? name, bool? verify, ArtifactQueries artifacts, HttpResponse response, CancellationToken ct)
    {
        if (!Digest.TryParse(digest, out var parsed))
            return Problems.NotADigest("digest", digest);
        if (verify == true && await artifacts.IsIntactAsync(parsed, ct) == false)
        {
            return TypedResults.Problem(
                statusCode: 500, type: VerificationCode.DigestMismatch, title: "The stored bytes were changed",
                detail: $"The bytes stored as {parsed} have another digest now: do not use them."
                    + " Restore the file from a backup, or remove it and build again.");
        }

        if (artifacts.OpenRead(parsed) is not { } stream)
            return TypedResults.NotFound();
        response.Headers.CacheControl = "private, max-age=31536000, immutable";
        response.Headers.XContentTypeOptions = "nosniff";
        return TypedResults.Stream(
            stream, "application/octet-stream", SafeName(name) ?? $"{parsed.Hex[..12]}.bin", lastModified: null,
            new EntityTagHeaderValue($"\"{parsed.Hex}\""), enableRangeProcessing: true);
    }

    private static async Task<Results<Ok<IReadOnlyList<AttestationView>>, ProblemHttpResult>> Attestations(
        string digest, AttestationQueries attestations, CancellationToken ct) =>
        Digest.TryParse(digest, out var parsed)
            ? TypedResults.Ok(await attestations.OfAsync(parsed, ct))
            : Problems.NotADigest("digest", digest);

    private static async Task<Results<Ok<VerifyAnswer>, ProblemHttpResult>> Verify(
        VerifyRequest request, AttestationQueries attestations, ArtifactQueries artifacts, CancellationToken ct)
    {
        if (!Digest.TryParse(request.Artifact, out var artifact))
            return Problems.NotADigest("artifact", request.Artifact);
        if (request.Stage is null && OnlyWithStage(request) is { } field)
            return Problems.BadInput(field, $"It is checked for a stage only: name the stage, or leave {field} out.");
        if (request.Stage is not null && request.Generation is null)
            return Problems.BadInput("generation", "A promotion is checked for one generation: name it with the stage.");
        if (request.Envelopes?.Any(e => e is null) == true)
            return Problems.BadInput("envelopes", "Each envelope is DSSE JSON in a string; one of them is null.");
        Digest release = default;
        if (request.Stage is not null && !Digest.TryParse(request.Release, out release))
            return Problems.NotADigest("release", request.Release);

        var intact = await artifacts.IsIntactAsync(artifact, ct);
        var stored = await attestations.OfAsync(artifact, ct);
        var outcome = request.Stage is { } stage
            ? attestations.Check(
                request.Envelopes ?? [.. stored.Select(s => s.Envelope.GetRawText())],
                new ExpectedPromotion(artifact.ToString(), release.ToString(), stage, request.Generation ?? 0, request.Deployable))
            : OfProvenance(artifact, stored);
        if (intact == false)
            outcome = new VerificationOutcome(VerificationCode.DigestMismatch, "The stored bytes have another digest.");
        return TypedResults.Ok(new VerifyAnswer(outcome.Ok, outcome.Code, outcome.Detail, intact, stored));
    }

    // What would not be checked must not look as if it had been.
    private static string? OnlyWithStage(VerifyRequest request) =>
        request.Release is not null ? "release"
            : request.Generation is not null ? "generation"
            : request.Deployable is not null ? "deployable"
            : request.Envelopes is not null ? "envelopes"
            : null;

    private static VerificationOutcome OfProvenance(Digest artifact, IReadOnlyList<AttestationView> stored)
    {
        var provenance = stored.Where(s => s.PredicateType == ProvenancePredicate.Type).ToList();
        if (provenance.Count == 0)
            return new VerificationOutcome(VerificationCode.StatementMissing, "No provenance is stored for these bytes.");
        var verified = provenance.Where(p => p.Verified).ToList();
        if (verified.Count == 0)
            return new VerificationOutcome(provenance[0].Code, provenance[0].Detail);
        // The row that links a statement to its subject is not signed; the statement is.
        return verified.Any(p => Statements.Peek(p.Envelope.GetRawText())?.IsAbout(artifact.ToString()) == true)
            ? VerificationOutcome.Verified
            : new VerificationOutcome(VerificationCode.DigestMismatch, "The stored provenance is about other bytes.");
    }

    // A name for the download only; never a path.
    private static string? SafeName(string? name) =>
        name is { Length: > 0 and <= 128 } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') && name[0] != '.'
            ? name
            : null;
}
