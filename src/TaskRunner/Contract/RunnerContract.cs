using System.Text.Json.Serialization;

namespace Pipeline.TaskRunner.Contract;

// The JSON between TaskRunner and the server (/runner/v1). This file is compiled into TaskRunner and, by link, into the slices that
// write specs: one source, no shared assembly. Times are seconds, sizes bytes, digests sha256:<hex>.

/// <summary>POST /runner/v1/tasks/{taskId}/spec. The first nonce binds the ticket: a second runner with a stolen ticket gets 409.</summary>
internal sealed record RedeemTicket(string Ticket, string Nonce);

/// <summary>The answer: the token for every later call (Authorization: Bearer), and what to do.</summary>
/// <param name="Overrides">Of this one run, over its spec; null for most tasks.</param>
internal sealed record RedeemedTicket(string Token, RunnerSpec Spec, RunOverrides? Overrides = null);

/// <param name="Arguments">Appended to the command of a <see cref="RunSpec"/>, each as one word.</param>
/// <param name="Environment">Over the environment of the spec.</param>
internal sealed record RunOverrides(IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment);

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
    IReadOnlyDictionary<string, string> Environment, IReadOnlyList<string> Mask) : RunnerSpec;

internal sealed record StepSpec(string Name, string Run, double TimeoutSeconds, IReadOnlyDictionary<string, string> Environment);

/// <summary>A file, or a folder that is packed reproducibly as tar.gz, relative to the module's directory.</summary>
internal sealed record ArtifactSpec(string Name, string Path);

/// <summary>Run a deployable: fetch the artifact, verify digest and statements, unpack, exec with signals passed on.</summary>
/// <param name="Envelopes">DSSE envelopes, JSON text each: the promotion statement and the provenance.</param>
/// <param name="Run">Run by sh -c in the unpacked folder; PORT0… are in the environment.</param>
/// <param name="ArtifactName">The file's name in that folder when the artifact is a single file; null: <c>artifact</c>.</param>
internal sealed record RunSpec(
    string ArtifactDigest, long ArtifactBytes, string MediaType, string ReleaseDigest, string Stage, string Deployable, long Generation,
    IReadOnlyList<string> Envelopes, string Run, IReadOnlyDictionary<string, string> Environment, string? ArtifactName = null) : RunnerSpec
{
    /// <summary>This spec for one run of it.</summary>
    public RunSpec With(RunOverrides overrides)
    {
        var environment = new Dictionary<string, string>(Environment);
        foreach (var (name, value) in overrides.Environment)
            environment[name] = value;
        return this with { Environment = environment, Arguments = overrides.Arguments };
    }

    /// <summary>Of this run, after the command; never part of the spec itself.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Arguments { get; private init; } = [];
}

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

/// <summary>Uploaded before by PUT /runner/v1/tasks/{taskId}/artifacts/{digest} (HEAD tells whether it is there already).</summary>
internal sealed record BuiltArtifact(string Name, string Digest, long Bytes, string MediaType);

/// <summary>POST /runner/v1/tasks/{taskId}/security: what did not match, before exec. The task then exits with 76.</summary>
/// <param name="Code">As in <c>SecurityEventRaised</c>.</param>
internal sealed record SecurityReport(string Code, string Detail, string? Expected, string? Found);
