using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Scheduler.Core.Model;

/// <summary>One immutable version of a request: a roll-out of a service or worker, or one run.</summary>
/// <param name="Crashes">Failures of its instances that count against it.</param>
/// <param name="InfraFailures">Attempts of a run that failed for infrastructure.</param>
internal sealed record Deploy(
    string Id, string RequestId, DeploySpec Spec, DeployState State, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt,
    int Crashes, int InfraFailures, FailureClass? FailureClass, string? Reason)
{
    /// <summary>Of a run: the deploy that it runs.</summary>
    public string? Parent { get; init; }

    public RolloutProgress Progress { get; init; } = RolloutProgress.None;

    /// <summary>Why it failed, as a stable word.</summary>
    public DeployFailure? Failure { get; init; }

    /// <summary>Its instances run all the time.</summary>
    public bool KeepsRunning => Spec.Kind is RequestKind.Service or RequestKind.Worker;

    /// <summary>Its tasks should run.</summary>
    public bool IsLive => State is DeployState.Deploying or DeployState.Retiring or DeployState.Active;

    public static Deploy Start(string id, string requestId, DeploySpec spec, DateTimeOffset now) =>
        new(id, requestId, spec, DeployState.Deploying, now, null, 0, 0, null, null);
}

internal enum DeployState
{
    /// <summary>The instances start; the deploy before it runs on. A run stays here until its end.</summary>
    Deploying,

    /// <summary>All instances are healthy, those of the deploy before it are being killed.</summary>
    Retiring,

    Active,
    Superseded,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>What never changes of a deploy. Stored as JSON.</summary>
internal sealed record DeploySpec(
    RequestKind Kind, int Instances, ResourceNeed Needs, Readiness? Readiness, TimeSpan? Budget, TimeSpan KillGrace, TimeSpan? MaxRunTime,
    int InfraRetries, string RunnerSpec, IReadOnlyList<string> Envelopes, DeployTrust? Trust, string? Image, string? Route,
    JournalSubject Subject, Actor Actor)
{
    public DeployOptions Options { get; init; } = DeployOptions.Default;

    /// <summary>The user of the agent, of a deploy that must be trusted; null: the agent decides.</summary>
    public string? User { get; init; }

    /// <summary>Of a run of a cron or on-demand deploy.</summary>
    public RunDetails? Run { get; init; }

    /// <summary>Kind run-once, submitted as a deploy: its end is announced as the deploy's.</summary>
    public bool IsDeployed { get; init; }

    private const int RunInfraRetries = 5;
    private static readonly TimeSpan RunGrace = TimeSpan.FromSeconds(10);

    public static DeploySpec Of(RunOnce run) => new(
        RequestKind.RunOnce, 1, run.Needs, null, null, RunGrace, run.MaxRunTime, run.InfraRetries, run.RunnerSpec, [], null, run.Image,
            null,
        run.Subject with { Cluster = run.Cluster }, run.Actor) { Options = run.Options };

    public static DeploySpec Of(DeploySubmission d) => new(
        d.Kind, d.Instances, d.Needs, d.Readiness, d.Budget, d.KillGrace, null, 0, d.RunnerSpec, d.Envelopes, d.Trust, d.Image, d.Route,
        d.Subject with { Cluster = d.Cluster, Deployable = d.Subject.Deployable ?? d.RequestId }, d.Actor)
    {
        Options = d.Options,
        User = d.User,
        IsDeployed = d.Kind == RequestKind.RunOnce,
        MaxRunTime = d.Kind is RequestKind.Service or RequestKind.Worker ? null : d.Options.RunLimit,
        InfraRetries = d.Kind == RequestKind.RunOnce ? RunInfraRetries : 0,
        Readiness = d.Kind is RequestKind.Service or RequestKind.Worker ? d.Readiness : null,
    };

    /// <summary>The same with fresh statements, and all that they are about.</summary>
    public DeploySpec Renewed(DeploySpec fresh) => this with
    {
        RunnerSpec = fresh.RunnerSpec, Envelopes = fresh.Envelopes, Trust = fresh.Trust, Image = fresh.Image, User = fresh.User,
        Needs = fresh.Needs, KillGrace = fresh.KillGrace, Readiness = Readiness is null ? null : fresh.Readiness,
        Options = Options with { Limits = fresh.Options.Limits, Liveness = fresh.Options.Liveness, Probing = fresh.Options.Probing },
    };

    /// <summary>One run of this deploy, with the run's own settings.</summary>
    public DeploySpec AsRun(RunDetails details, ResourceNeed? needs, Actor actor) => this with
    {
        Kind = RequestKind.RunOnce, Instances = 1, Needs = needs ?? Needs, Run = details, MaxRunTime = Options.RunLimit,
        InfraRetries = RunInfraRetries, Readiness = null, Budget = null, IsDeployed = false, Actor = actor,
    };
}
