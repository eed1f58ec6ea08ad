using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Attestation.Runs;

/// <summary>"This person started this run, with these settings of its own over what was promoted."</summary>
/// <param name="Arguments">Appended to the command, each as one word.</param>
/// <param name="Cluster">The cluster.</param>
/// <param name="Cpus">Cores; null: as promoted.</param>
/// <param name="DiskMb">Disk in MiB; null: as promoted.</param>
/// <param name="Environment">Laid over the variables.</param>
/// <param name="MemoryMb">Memory in MiB; null: as promoted.</param>
/// <param name="Person">Who started it.</param>
/// <param name="Ports">Number of ports; null: as promoted.</param>
/// <param name="Request">The request that it is a run of.</param>
/// <param name="RunId">Unique in the request.</param>
public sealed record RunOverride(
    IReadOnlyList<string> Arguments, string Cluster, decimal? Cpus, decimal? DiskMb, IReadOnlyDictionary<string, string> Environment,
    decimal? MemoryMb, string Person, int? Ports, string Request, string RunId)
{
    /// <summary>The predicate type.</summary>
    public const string Type = "urn:x-pipeline:run/v1";

    /// <summary>Nothing of its own: such a run needs no statement.</summary>
    public bool IsEmpty => Arguments.Count == 0 && Environment.Count == 0 && this is
    {
        Cpus: null, DiskMb: null, MemoryMb: null, Ports: null,
    };

    /// <returns>The envelope as JSON. Its subject is the name of the run.</returns>
    public string Sign(SigningKey key, DateTimeOffset? signedAt = null) => Statements.Sign(
        [StatementSubject.Of("run", Subject(Cluster, Request, RunId))], Type,
        JsonSerializer.SerializeToElement(this, RunOverrideJson.Default.RunOverride), key, signedAt);

    /// <summary>What was signed for this run; null and the reason when nothing was.</summary>
    public static (RunOverride? Signed, VerificationOutcome Outcome) Verify(
        TrustPolicy trust, string? envelope, string cluster, string request, string runId, DateTimeOffset now)
    {
        if (string.IsNullOrEmpty(envelope))
            return (null, Refused("The run has settings of its own, and nobody signed for them."));
        var verdict = Verifier.Verify(trust, envelope, KeyRole.Promoter, now);
        if (verdict.Verified is not { Statement: var statement })
            return (null, Refused($"The statement about the settings of the run does not verify. {verdict.Detail}"));
        return statement.PredicateType == Type && statement.IsAbout(Subject(cluster, request, runId))
            && Verifier.Read(statement.Predicate, RunOverrideJson.Default.RunOverride) is
                { Arguments: not null, Environment: not null } signed
            && signed.Cluster == cluster && signed.Request == request && signed.RunId == runId
            ? (signed, VerificationOutcome.Verified)
            : (null, Refused($"The statement about the settings of run {runId} is about something else."));
    }

    private static VerificationOutcome Refused(string detail) => new(VerificationCode.SpecificationMismatch, detail);

    private static string Subject(string cluster, string request, string runId) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{cluster}\n{request}\n{runId}")));
}

/// <summary>Signs the settings of a run for the control plane; the composition root supplies it.</summary>
/// <returns>The envelope as JSON.</returns>
public delegate string SignRunOverride(RunOverride run);

/// <summary>The JSON of the settings of a run. Generated for the native program; a member twice or unknown is refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RunOverride))]
internal sealed partial class RunOverrideJson : JsonSerializerContext;
