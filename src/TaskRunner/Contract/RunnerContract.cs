using System.Text.Json.Serialization;

namespace Pipeline.TaskRunner.Contract;

// The JSON between TaskRunner and the server (/runner/v1). This file is compiled into TaskRunner and, by link, into the slices that
// write specs: one source, no shared assembly. Times are seconds, sizes bytes, digests sha256:<hex>.

/// <summary>POST /runner/v1/tasks/{taskId}/spec. The first nonce binds the ticket: a second runner with a stolen ticket gets 409.</summary>
/// <param name="ReportsPorts">The runner will report on which ports its program listens (<see cref="ListeningPorts"/>).</param>
internal sealed record RedeemTicket(string Ticket, string Nonce, bool ReportsPorts = false);

/// <summary>The answer: the token for every later call (Authorization: Bearer), and what to do.</summary>
/// <param name="Overrides">Of this one run, over its spec; null for most tasks.</param>
/// <param name="TrustVersion">Of the trust policy by which the server signs: an agent with an older one is out of date.</param>
internal sealed record RedeemedTicket(string Token, RunnerSpec Spec, RunOverrides? Overrides = null, long TrustVersion = 0);

/// <summary>Arguments and variables of one run: only those in the envelope, which is signed for this run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Envelope">DSSE envelope (JSON text); null: the run has nothing of its own.</param>
internal sealed record RunOverrides(string RunId, string? Envelope);

[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(BuildSpec), "build")]
[JsonDerivedType(typeof(RunSpec), "run")]
internal abstract record RunnerSpec;

/// <summary>Build one module: fetch the source, run the steps in order, upload logs and artifacts.</summary>
/// <param name="Directory">Where the steps run, relative to the workspace; empty for its root.</param>
/// <param name="SourceDigest">The source bundle (tar), GET /runner/v1/tasks/{taskId}/source.</param>
/// <param name="Mask">Secret values that never leave the agent in a log.</param>
internal sealed record BuildSpec(
    string Directory, string SourceDigest, IReadOnlyList<StepSpec> Steps, IReadOnlyList<ArtifactSpec> Artifacts,
    IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Mask) : RunnerSpec
{
    /// <summary>What the task may leave on the server; null: a server that sets no limits.</summary>
    public BuildLimits? Limits { get; init; }
}

/// <summary>What one task may leave on the server, which refuses more. Bytes.</summary>
/// <param name="StepLog">Of the log of one step.</param>
/// <param name="ModuleLog">Of the logs of all steps together.</param>
internal sealed record BuildLimits(long StepLog, long ModuleLog)
{
    /// <summary>MiB that the sources may unpack to: the disk that the task asks for. Null: a server that does not say.</summary>
    public decimal? Disk { get; init; }

    /// <summary>What every step's log may have, however much the others took: room for why it ended.</summary>
    public const long LeastLog = 16 * 1024;

    /// <summary>The limit of a step's log beside <paramref name="others"/> bytes of the other steps.</summary>
    public long LogOf(long others) => Math.Max(Math.Min(StepLog, ModuleLog - others), LeastLog);
}

internal sealed record StepSpec(string Name, string Run, double TimeoutSeconds, IReadOnlyDictionary<string, string> Environment);

/// <summary>A file, or a folder that is packed reproducibly as tar.gz, relative to the module's directory.</summary>
internal sealed record ArtifactSpec(string Name, string Path);

/// <summary>Run a deployable: verify, fetch the artifact, unpack, exec with signals passed on. What runs is in the specification, which
/// the promotion statement signs for; the rest only says what the statement must be about.</summary>
/// <param name="Envelopes">DSSE envelopes, JSON text each: the promotion statement and the provenance.</param>
/// <param name="Specification">Canonical JSON of <c>Attestation.Runs.RunSpecification</c>.</param>
internal sealed record RunSpec(
    string ReleaseDigest, string Stage, string Deployable, long Generation, IReadOnlyList<string> Envelopes, string Specification)
    : RunnerSpec;

/// <summary>PUT /runner/v1/tasks/{taskId}/steps/{index}: index from 0; sent when a step starts and when it ends.</summary>
/// <param name="State"><c>running</c>, <c>succeeded</c>, <c>failed</c>, <c>timed-out</c>.</param>
internal sealed record StepReport(string State, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, int? ExitCode);

/// <summary>POST /runner/v1/tasks/{taskId}/steps/{index}/log?offset=N with raw bytes. 200 when appended, 409 when offset differs; both
/// carry the size the server has.</summary>
internal sealed record LogSize(long Size);

/// <summary>PUT /runner/v1/tasks/{taskId}/result: sent once, before the task exits with the same verdict.</summary>
/// <param name="Outcome"><c>succeeded</c>, <c>failed</c>.</param>
/// <param name="FailedStep">Name of the step that failed; null when something else did.</param>
/// <param name="Class"><c>app</c>, <c>config</c>, <c>infra</c>, <c>security</c>; null when it succeeded.</param>
internal sealed record BuildResult(
    string Outcome, string? FailedStep, int? ExitCode, string? Class, string? Reason, IReadOnlyList<BuiltArtifact> Artifacts);

/// <summary>Uploaded before by PUT /runner/v1/tasks/{taskId}/artifacts/{digest} (HEAD tells whether it is there already;
/// 413 that the limits of artifacts are met, with a detail for people).</summary>
internal sealed record BuiltArtifact(string Name, string Digest, long Bytes, string MediaType);

/// <summary>PUT /runner/v1/tasks/{taskId}/ports: on which of its ports the task's own program listens. Nobody asks the program how it is
/// before.</summary>
internal sealed record ListeningPorts(IReadOnlyList<int> Ports);

/// <summary>POST /runner/v1/tasks/{taskId}/security: what did not match, before exec. The task then exits with 76.</summary>
/// <param name="Code">As in <c>SecurityEventRaised</c>.</param>
internal sealed record SecurityReport(string Code, string Detail, string? Expected, string? Found);
