using System.Text.Json.Serialization;
using Pipeline.Kernel;

namespace Pipeline.Scheduler.Core;

/// <summary>What somebody asked for, as it waits in the intake. The discriminators are stored: never rename one.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RunSubmitted), "run")]
[JsonDerivedType(typeof(DeploySubmitted), "deploy")]
[JsonDerivedType(typeof(RunCancelled), "cancel-run")]
[JsonDerivedType(typeof(DeployCancelled), "cancel-deploy")]
[JsonDerivedType(typeof(TaskKillAsked), "kill")]
[JsonDerivedType(typeof(RequestRemovalAsked), "remove")]
[JsonDerivedType(typeof(ReconciliationAsked), "reconcile")]
internal abstract record SchedulerCommand : SchedulerInput;

internal sealed record RunSubmitted(RunOnce Run) : SchedulerCommand;

internal sealed record DeploySubmitted(DeploySubmission Deploy) : SchedulerCommand;

internal sealed record RunCancelled(string RunId, string Reason, Actor Actor) : SchedulerCommand;

internal sealed record DeployCancelled(string DeployId, string Reason, Actor Actor) : SchedulerCommand;

internal sealed record TaskKillAsked(string TaskId, string Reason, Actor Actor) : SchedulerCommand;

internal sealed record RequestRemovalAsked(string RequestId, Actor Actor) : SchedulerCommand;

internal sealed record ReconciliationAsked(Actor Actor) : SchedulerCommand;
