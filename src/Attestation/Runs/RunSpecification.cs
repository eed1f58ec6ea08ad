using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Attestation.Runs;

/// <summary>
/// Everything about a deployable that decides what runs, how and with how much: what a promotion statement allows. Its canonical JSON is
/// the text whose SHA-256 the statement holds, which the scheduler compares with what it is about to launch, and from which alone
/// TaskRunner executes.
/// </summary>
/// <remarks>
/// Canonical JSON: UTF-8 without white space, members in ordinal order of their names as declared here, null members left out, variables
/// in ordinal order, decimals without trailing zeros, characters outside ASCII and those that HTML gives a meaning as <c>\u</c>
/// and four hex digits.
/// Outside of it, since they differ from instance to instance and change neither program nor rights: task id, instance number, attempt,
/// cluster, agent, host, rack, the numbers of the ports, the address of the server, ticket and token, the file name of TaskRunner. Outside
/// of it by intent, since operators change them while it runs: number of instances, placement, priority, roll-out, retries, schedule,
/// whether a person skips the health check. Stage, release, deployable, generation and expiry are in the statement itself.
/// </remarks>
/// <param name="Artifact">What is fetched and unpacked.</param>
/// <param name="Command">Run by <c>/bin/sh -c</c> in the unpacked artifact.</param>
/// <param name="Cpus">Cores of one task.</param>
/// <param name="DiskMb">Disk of one task in MiB.</param>
/// <param name="Environment">Variables of the definition and the promotion; those that the scheduler sets are outside.</param>
/// <param name="Health">Readiness and liveness; null: healthy when it runs.</param>
/// <param name="Image">Container image; null: on the agent itself.</param>
/// <param name="KillGraceSeconds">From SIGTERM to SIGKILL.</param>
/// <param name="Limits">What a task may use at most where that is not what it needs; null: what it needs.</param>
/// <param name="MemoryMb">Memory of one task in MiB.</param>
/// <param name="Ports">How many ports one task gets.</param>
/// <param name="Request">The request of the scheduler that the tasks belong to.</param>
/// <param name="RunLimitSeconds">A run is killed after so long; null: no limit.</param>
/// <param name="Uris">What the agent fetches beside the artifact and TaskRunner: nothing, so far.</param>
/// <param name="User">The user that the agent starts it as; null: the agent decides.</param>
/// <param name="Version">Of this format.</param>
public sealed record RunSpecification(
    RunArtifact Artifact, string Command, decimal Cpus, decimal DiskMb, IReadOnlyDictionary<string, string> Environment, RunHealth? Health,
    string? Image, decimal KillGraceSeconds, RunLimits? Limits, decimal MemoryMb, int Ports, string Request,
    decimal? RunLimitSeconds, IReadOnlyList<string> Uris, string? User, int Version = RunSpecification.CurrentVersion)
{
    /// <summary>The version that this code writes and reads.</summary>
    public const int CurrentVersion = 1;

    /// <summary>The text that is signed for.</summary>
    public string ToCanonicalJson() => JsonSerializer.Serialize(Normal(), RunSpecificationJson.Default.RunSpecification);

    /// <summary><c>sha256:&lt;hex&gt;</c> of the canonical JSON.</summary>
    public string ToDigest() => DigestOf(ToCanonicalJson());

    /// <summary><c>sha256:&lt;hex&gt;</c> of a text in UTF-8.</summary>
    public static string DigestOf(string canonicalJson) =>
        "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonicalJson)));

    /// <summary>Reads a canonical JSON.</summary>
    /// <returns>Null when it is anything else: not JSON, another version, a member unknown, missing or twice, another spelling.</returns>
    public static RunSpecification? TryParse(string? json)
    {
        try
        {
            return json is not null && JsonSerializer.Deserialize(json, RunSpecificationJson.Default.RunSpecification) is { } read
                && read is { Version: CurrentVersion, Artifact: not null, Command: not null, Environment: not null }
                && read is { Request: not null, Uris: not null }
                && read.ToCanonicalJson() == json
                ? read
                : null;
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException)
        {
            return null; // an argument error: half a surrogate pair
        }
    }

    private RunSpecification Normal() => this with
    {
        Cpus = Plain(Cpus), DiskMb = Plain(DiskMb), MemoryMb = Plain(MemoryMb), KillGraceSeconds = Plain(KillGraceSeconds),
        RunLimitSeconds = Plain(RunLimitSeconds),
        Environment = new SortedDictionary<string, string>(new Dictionary<string, string>(Environment), StringComparer.Ordinal),
        Limits = Limits is null ? null : new RunLimits(Plain(Limits.Cpus), Plain(Limits.MemoryMb)),
        Health = Health?.Normal(),
    };

    // A decimal divided by one with all its digits drops zeros that say nothing.
    internal static decimal Plain(decimal value) => value / 1.000000000000000000000000000000000m;

    internal static decimal? Plain(decimal? value) => value is { } known ? Plain(known) : null;
}

/// <summary>The bytes that run.</summary>
/// <param name="Bytes">Their number.</param>
/// <param name="Digest"><c>sha256:&lt;hex&gt;</c>.</param>
/// <param name="MediaType">Decides whether it is unpacked.</param>
/// <param name="Name">The file's name when it is a single file; null: <c>artifact</c>.</param>
public sealed record RunArtifact(long Bytes, string Digest, string MediaType, string? Name);

/// <summary>What a task may use at most. Null: what it needs; the largest decimal: whatever the agent has.</summary>
/// <param name="Cpus">Cores.</param>
/// <param name="MemoryMb">Memory in MiB.</param>
public sealed record RunLimits(decimal? Cpus, decimal? MemoryMb);

/// <summary>When an instance counts as healthy, and when its agent kills it. Times in seconds.</summary>
/// <param name="DelaySeconds">Before the first try.</param>
/// <param name="HealthyForSeconds">How long it must stay healthy.</param>
/// <param name="Http">Path of the readiness check; null: TCP.</param>
/// <param name="Https">By HTTPS.</param>
/// <param name="IntervalSeconds">Between two tries.</param>
/// <param name="Liveness">Whether the agent checks.</param>
/// <param name="LivenessFailures">In a row until the agent kills the task.</param>
/// <param name="LivenessHttp">Path of the liveness check; null: that of readiness.</param>
/// <param name="LivenessIntervalSeconds">Null: that of readiness.</param>
/// <param name="PortIndex">Which of the allocated ports.</param>
/// <param name="PortNumber">A fixed port instead.</param>
/// <param name="StartupSeconds">From running to the first success at most.</param>
/// <param name="Successes">In a row.</param>
/// <param name="TimeoutSeconds">Of one try.</param>
public sealed record RunHealth(
    decimal DelaySeconds, decimal HealthyForSeconds, string? Http, bool Https, decimal IntervalSeconds, bool Liveness, int LivenessFailures,
    string? LivenessHttp, decimal? LivenessIntervalSeconds, int PortIndex, int? PortNumber, decimal StartupSeconds, int Successes,
    decimal TimeoutSeconds)
{
    internal RunHealth Normal() => this with
    {
        DelaySeconds = RunSpecification.Plain(DelaySeconds), HealthyForSeconds = RunSpecification.Plain(HealthyForSeconds),
        IntervalSeconds = RunSpecification.Plain(IntervalSeconds),
        LivenessIntervalSeconds = RunSpecification.Plain(LivenessIntervalSeconds),
        StartupSeconds = RunSpecification.Plain(StartupSeconds), TimeoutSeconds = RunSpecification.Plain(TimeoutSeconds),
    };
}

/// <summary>The JSON of a specification. Generated for the native program; a member twice or unknown is refused.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowDuplicateProperties = false, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(RunSpecification))]
internal sealed partial class RunSpecificationJson : JsonSerializerContext;
