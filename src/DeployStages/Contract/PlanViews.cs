using Pipeline.Kernel;

namespace Pipeline.DeployStages.Contract;

/// <summary>What exactly a promotion would change. Its digest covers everything but gates and times; approvals bind to it.</summary>
/// <param name="Promotion">Null for a dry run.</param>
/// <param name="From">The release that runs there now, null for an empty slot.</param>
/// <param name="RollbackTarget">The release it returns to on failure.</param>
public sealed record PlanView(
    PromotionId? Promotion, string Stage, string Cluster, RepositoryId Repository, ReleaseRef? From, ReleaseRef To,
    IReadOnlyList<DeployableChange> Deployables, IReadOnlyList<PlannedCommit> Commits, IReadOnlyList<Blocker> Blockers,
    ReleaseRef? RollbackTarget, string Digest);

/// <summary>A release in short.</summary>
/// <param name="Number">For people; per repository.</param>
public sealed record ReleaseRef(Digest Digest, int Number, CommitSha Commit);

/// <summary>One deployable before and after.</summary>
/// <param name="Change"><c>added</c>, <c>changed</c>, <c>unchanged</c> or <c>removed</c>.</param>
public sealed record DeployableChange(string Name, string Kind, string Change, IReadOnlyList<FieldChange> Fields);

/// <summary>A field that differs: <c>artifact</c>, <c>run</c>, <c>instances</c>, <c>cpus</c>, <c>memory</c>, <c>health</c>,
/// <c>route</c>, <c>env.NAME</c>. Null is absent.</summary>
public sealed record FieldChange(string Field, string? Was, string? Now);

/// <summary>A commit that the promotion would take into the stage.</summary>
public sealed record PlannedCommit(CommitSha Sha, string Subject, string Author, DateTimeOffset At);
