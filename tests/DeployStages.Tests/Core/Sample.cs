using Pipeline.ArtifactStore.Contract;
using Pipeline.DeployStages.Contract;
using Pipeline.DeployStages.Core.Policies;
using Pipeline.DeployStages.Core.Promotions;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Tasks;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.DeployStages.Tests.Core;

/// <summary>Values that tests of the core start from.</summary>
internal static class Sample
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static readonly RepositoryId Repository = new(Guid.Parse("01900000-0000-7000-8000-000000000001"));

    /// <summary>The release that is promoted.</summary>
    public static readonly Digest Release = Digest.Of([1]);

    /// <summary>The last good release of the stage.</summary>
    public static readonly Digest Good = Digest.Of([2]);

    /// <summary>A release that is newer than the promoted one.</summary>
    public static readonly Digest Newer = Digest.Of([3]);

    /// <summary>Moments around one: a tick before, the moment itself, a tick after.</summary>
    public static IEnumerable<(string Name, DateTimeOffset At)> Around(DateTimeOffset moment) =>
        [("before", moment.AddTicks(-1)), ("at", moment), ("after", moment.AddTicks(1))];

    public static StagePolicy Stage(
        string name = "qa", string? after = null, TimeSpan? soak = null, ApprovalPolicy? approval = null, TimeSpan? bake = null,
        OnFailure onFailure = OnFailure.Rollback) =>
        new(name, $"{name}-cluster", PromoteMode.Automatic, after, new GatePolicy(soak ?? TimeSpan.Zero, approval),
            bake ?? TimeSpan.Zero, onFailure, TimeSpan.FromMinutes(2), 1);

    public static ApprovalPolicy Approval(
        bool excludeAuthor = false, bool excludePusher = false, params (string Group, int Persons)[] groups) =>
        new(groups.ToDictionary(g => g.Group, g => g.Persons), excludeAuthor, excludePusher, TimeSpan.FromHours(1));

    /// <param name="wasHealthy">It became healthy a minute ago; so it is anyway when it bakes or has succeeded.</param>
    public static Promotion In(PromotionPhase phase, Digest? target = null, bool wasHealthy = false) => new(
        new PromotionId(Guid.Empty), 7, Repository, "qa", "qa-cluster", Release, 3, CommitSha.Parse(new string('a', 40)),
        new BuildId(Guid.Empty), true, "system:deploy-stages", Now.AddHours(-1))
    {
        Phase = phase,
        Target = target,
        Generation = phase == PromotionPhase.Waiting ? null : 5,
        Reason = phase == PromotionPhase.RollingBack ? "It broke." : null,
        Blockers = phase == PromotionPhase.Waiting ? [new Blocker("slot", "Waiting.", null, null)] : [],
        BakeUntil = phase is PromotionPhase.Baking ? Now : null,
        HealthyAt = wasHealthy || phase is PromotionPhase.Baking or PromotionPhase.Succeeded ? Now.AddMinutes(-1) : null,
        FinishedAt = phase is PromotionPhase.Waiting or PromotionPhase.Deploying or PromotionPhase.Baking or PromotionPhase.RollingBack
            ? null
            : Now.AddMinutes(-1),
    };

    public static Release ReleaseOf(int number, params ReleaseDeployable[] deployables) => new(
        Digest.Of([(byte)number]), Repository, CommitSha.Parse(new string((char)('a' + number), 40)), new BuildId(Guid.Empty), number,
        Now.AddDays(-1), null, deployables);

    public static ReleaseDeployable Service(string name, byte bytes = 1) => new(
        name, "service", "app", Digest.Of([bytes]), 10, "application/gzip", "./serve", 2, 0.5m, 64, 100, 1,
        new DeployableHealth("/healthz", 60, 5, 2, 3, 10), new Dictionary<string, string> { ["MODE"] = "plain" }, "/" + name,
        new Dictionary<string, StageOverride>());

    public static DeployView Deploy(
        string kind = "service", string state = "active", int instances = 2, int healthy = 2, string? failureClass = null,
        string? reason = null) =>
        new("qa-cluster", "web.qa.5.aaaaaaaa", "web", kind, state, instances, healthy, 0, failureClass, reason, null, null, Now, null);

    public static TaskView Ended(
        string? failureClass, DateTimeOffset? endedAt, int? exitCode = null, string id = "web.qa.5.aaaaaaaa.0.1") =>
        new("qa-cluster", id, "web", "web.qa.5.aaaaaaaa", 0, 1, "failed", false, null, null, null, [], new ResourcesView(1, 1, 1), Now,
            null, null, null, endedAt, null, failureClass, exitCode, null, null, null);
}
