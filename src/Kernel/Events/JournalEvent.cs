using System.Text.Json.Serialization;

namespace Pipeline.Kernel;

/// <summary>
/// Something that happened, in the past tense. Slices never call each other's jobs: they append an event, and
/// <c>Server/Flow.cs</c> says which job it starts. The discriminators are stored: never rename one.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(CommitPushed), "commit.pushed")]
[JsonDerivedType(typeof(BranchDeleted), "branch.deleted")]
[JsonDerivedType(typeof(StatusReported), "status.reported")]
[JsonDerivedType(typeof(DefinitionRejected), "definition.rejected")]
[JsonDerivedType(typeof(BuildPlanned), "build.planned")]
[JsonDerivedType(typeof(ModuleBuildStarted), "module.started")]
[JsonDerivedType(typeof(StepStarted), "step.started")]
[JsonDerivedType(typeof(StepFinished), "step.finished")]
[JsonDerivedType(typeof(ModuleBuildFinished), "module.finished")]
[JsonDerivedType(typeof(BuildFinished), "build.finished")]
[JsonDerivedType(typeof(ArtifactStored), "artifact.stored")]
[JsonDerivedType(typeof(ReleaseCreated), "release.created")]
[JsonDerivedType(typeof(SecurityEventRaised), "security.raised")]
[JsonDerivedType(typeof(TaskLaunched), "task.launched")]
[JsonDerivedType(typeof(TaskRunning), "task.running")]
[JsonDerivedType(typeof(TaskHealthy), "task.healthy")]
[JsonDerivedType(typeof(TaskFinished), "task.finished")]
[JsonDerivedType(typeof(DeployHealthy), "deploy.healthy")]
[JsonDerivedType(typeof(DeployFailed), "deploy.failed")]
[JsonDerivedType(typeof(RequestChanged), "request.changed")]
[JsonDerivedType(typeof(AgentLost), "agent.lost")]
[JsonDerivedType(typeof(MachineChanged), "machine.changed")]
[JsonDerivedType(typeof(ClusterChanged), "cluster.changed")]
[JsonDerivedType(typeof(PromotionCreated), "promotion.created")]
[JsonDerivedType(typeof(PromotionWaiting), "promotion.waiting")]
[JsonDerivedType(typeof(PromotionApproved), "promotion.approved")]
[JsonDerivedType(typeof(PromotionRejected), "promotion.rejected")]
[JsonDerivedType(typeof(PromotionStarted), "promotion.started")]
[JsonDerivedType(typeof(PromotionBaking), "promotion.baking")]
[JsonDerivedType(typeof(PromotionSucceeded), "promotion.succeeded")]
[JsonDerivedType(typeof(PromotionFailed), "promotion.failed")]
[JsonDerivedType(typeof(PromotionRollingBack), "promotion.rolling-back")]
[JsonDerivedType(typeof(PromotionRolledBack), "promotion.rolled-back")]
[JsonDerivedType(typeof(PromotionSuperseded), "promotion.superseded")]
[JsonDerivedType(typeof(ActionRecorded), "action.recorded")]
public abstract record JournalEvent;
