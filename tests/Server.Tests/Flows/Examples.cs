using Pipeline.ArtifactStore.Contract;
using Pipeline.BuildRunner.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.GitWebhooks.Contract;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Kernel.Yaml;
using Pipeline.LoadBalancers.Contract;
using Pipeline.Scheduler.Contract.Events;

namespace Pipeline.Server.Tests.Flows;

/// <summary>An event of every kind, and each variant that the flow tells apart.</summary>
internal static class Examples
{
    public const string RunId = "build.01900000000070008000000000000003";

    private static readonly Guid Id = Guid.Parse("01900000-0000-7000-8000-000000000001");
    private static readonly RepositoryId Repository = new(Id);
    private static readonly BuildId Build = new(Id);
    private static readonly ModuleBuildId Module = new(Id);
    private static readonly PromotionId Promotion = new(Id);
    private static readonly CommitSha Sha = CommitSha.Parse(new string('a', 40));
    private static readonly Digest Release = Digest.Of([1]);

    public static JournalSubject Subject => new() { Repository = Repository, Commit = Sha };

    public static IReadOnlyList<JournalEvent> All =>
        [.. OfBuilds, .. OfStages, .. OfClusters, new ActionRecorded("token.created", "eleni", null),
            new ActionRecorded("release.held", Release.ToString(), "Leaks."),
            new ActionRecorded("release.released", Release.ToString(), null)];

    private static IReadOnlyList<JournalEvent> OfBuilds =>
    [
        new CommitPushed(Repository, "main", Sha, null, false, "eleni", "d1"),
        new BranchDeleted(Repository, "main", "d1"),
        new StatusReported(Repository, Sha, "pipeline/build", "success", "sent", null),
        new DefinitionRejected(Repository, Sha, Build, 1, [new DefinitionProblem(".pipeline.yaml", 3, 1, "No.", null)]),
        new BuildPlanned(Repository, Sha, Build, 1, ["web"]),
        new ModuleBuildStarted(Build, Module, "web", "t1"),
        new StepStarted(Build, Module, "web", "test"),
        new StepFinished(Build, Module, "web", "test", 0),
        new ModuleBuildFinished(Build, Module, "web", Outcome.Succeeded, null, null),
        new BuildFinished(Repository, Sha, Build, 1, Outcome.Succeeded, null, null),
        .. Enum.GetValues<FailureClass>().Select(c => new BuildFinished(Repository, Sha, Build, 1, Outcome.Failed, c, $"because of {c}")),
        new BuildFinished(Repository, Sha, Build, 1, Outcome.Cancelled, null, "not wanted"),
        new ArtifactStored(Release, "web", 1, Build),
        new ReleaseCreated(Repository, Sha, Build, Release, 1),
        new SecurityEventRaised(null, Release, null, null, "digest-mismatch", "other bytes"),
        new SecurityEventRaised(null, null, null, null, "digest-mismatch", "of no release"),
    ];

    private static IReadOnlyList<JournalEvent> OfStages =>
    [
        new RouteClaimed("production", "/shop", "web"),
        new RouteTransferred("production", "/shop", "web2", "web", "the team moved"),
        new RouteReleased("production", "/shop", "web", "not used"),
        new PromotionCreated(Promotion, Release, "production"),
        new PromotionWaiting(Promotion, Release, "production", ["Soaks."]),
        new PromotionApproved(Promotion, "production", "maria", null),
        new PromotionRejected(Promotion, Release, "production", "maria", "too big"),
        new PromotionStarted(Promotion, Release, "production", 1),
        new PromotionBaking(Promotion, Release, "production"),
        new PromotionSucceeded(Promotion, Release, "production"),
        .. Enum.GetValues<FailureClass>().Select(c => new PromotionFailed(Promotion, Release, "production", c, $"because of {c}")),
        new PromotionRollingBack(Promotion, Release, "production", null, FailureClass.Health, "sick"),
        new PromotionRolledBack(Promotion, Release, "production", null, "sick"),
        new PromotionSuperseded(Promotion, Release, "production", Release),
    ];

    private static IReadOnlyList<JournalEvent> OfClusters =>
    [
        new TaskLaunched("qa", "web", "d1", "t1", "a1", "h1"),
        new TaskRunning("qa", "web", "d1", "t1"),
        new TaskHealthy("qa", "web", "d1", "t1"),
        new TaskFinished("qa", "build.o.r.web", RunId, "t1", Outcome.Succeeded, null, 0, "done", true),
        new TaskFinished("qa", "build.o.r.web", RunId, "t1", Outcome.Failed, FailureClass.Infra, null, "lost", false),
        new TaskFinished("qa", "web", "d1", "t1", Outcome.Failed, FailureClass.App, 1, "exit 1", true),
        new DeployHealthy("qa", "web", "d1"),
        new DeployFailed("qa", "web", "d1", FailureClass.Health, "sick"),
        new RequestChanged("qa", "web", "scaled", "from 2 to 3 instances", null, null),
        new AgentLost("qa", "a1", "h1", "gone"),
        new ClusterChanged("qa", "subscribed"),
        new MachineChanged("qa", "agent", "h1", "frozen", "h1 is frozen", null, null),
    ];
}
