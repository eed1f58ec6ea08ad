using System.Text.Json.Serialization;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;

namespace Pipeline.Scheduler.Core;

/// <summary>What somebody asked for, as it waits in the intake. The discriminators are stored: never rename one.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(RunSubmitted), "run")]
[JsonDerivedType(typeof(DeploySubmitted), "deploy")]
[JsonDerivedType(typeof(RunCancelled), "cancel-run")]
[JsonDerivedType(typeof(DeployCancelled), "cancel-deploy")]
[JsonDerivedType(typeof(DeployAdvanced), "advance-deploy")]
[JsonDerivedType(typeof(TaskKillAsked), "kill")]
[JsonDerivedType(typeof(RequestRemovalAsked), "remove")]
[JsonDerivedType(typeof(ReconciliationAsked), "reconcile")]
[JsonDerivedType(typeof(RunAsked), "run-now")]
[JsonDerivedType(typeof(ScaleAsked), "scale")]
[JsonDerivedType(typeof(ScaleEnded), "scale-end")]
[JsonDerivedType(typeof(PauseAsked), "pause")]
[JsonDerivedType(typeof(UnpauseAsked), "unpause")]
[JsonDerivedType(typeof(BounceAsked), "bounce")]
[JsonDerivedType(typeof(BounceEnded), "bounce-end")]
[JsonDerivedType(typeof(SkipHealthAsked), "skip-health")]
[JsonDerivedType(typeof(PriorityAsked), "priority")]
[JsonDerivedType(typeof(CooldownEnded), "exit-cooldown")]
[JsonDerivedType(typeof(FreezeAsked), "priority-freeze")]
[JsonDerivedType(typeof(MachineAsked), "machine")]
[JsonDerivedType(typeof(PlacementForcedAsked), "force-placement")]
[JsonDerivedType(typeof(NewTermAsked), "new-term")]
[JsonDerivedType(typeof(FrameworkResetAsked), "framework-reset")]
internal abstract record SchedulerCommand : SchedulerInput;

/// <summary>The leader begins a new term from the rows. Obeyed by the loop, not by the machine.</summary>
internal sealed record NewTermAsked(string Reason, Actor Actor) : SchedulerCommand;

/// <summary>A person decided about a framework that was failed over or removed. Obeyed by the loop, not by the machine.</summary>
/// <param name="DropId">Subscribe as a new framework: whatever runs under the old one is started anew.</param>
internal sealed record FrameworkResetAsked(bool DropId, Actor Actor) : SchedulerCommand;

internal sealed record RunSubmitted(RunOnce Run) : SchedulerCommand;

internal sealed record DeploySubmitted(DeploySubmission Deploy) : SchedulerCommand;

internal sealed record RunCancelled(string RunId, string Reason, Actor Actor) : SchedulerCommand;

internal sealed record DeployCancelled(string DeployId, string Reason, Actor Actor) : SchedulerCommand;

/// <summary>A group of a deploy was looked at.</summary>
/// <param name="Accepted">False: the deploy fails with <paramref name="Reason"/>.</param>
internal sealed record DeployAdvanced(string DeployId, bool Accepted, string? Reason, Actor Actor) : SchedulerCommand;

/// <param name="Destroy">Without grace.</param>
/// <param name="Replace">Only once another instance is healthy in its place.</param>
internal sealed record TaskKillAsked(string TaskId, string Reason, Actor Actor, bool Destroy = false, bool Replace = false)
    : SchedulerCommand;

internal sealed record RequestRemovalAsked(string RequestId, Actor Actor) : SchedulerCommand;

internal sealed record ReconciliationAsked(Actor Actor) : SchedulerCommand;

/// <summary>A run of what is in force: kind on-demand, or a cron out of turn.</summary>
/// <param name="Needs">Null: those of the deploy.</param>
internal sealed record RunAsked(
    string RequestId, string RunId, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, ResourceNeed? Needs,
    DateTimeOffset? RunAt, Asking By) : SchedulerCommand;

/// <summary>Who changes a request, why, and for how long.</summary>
internal sealed record Asking(Actor Actor, string? Reason, TimeSpan? For = null)
{
    public Change At(DateTimeOffset now) => new(Actor, Reason, now, now + For);
}

/// <param name="Acknowledged">A large drop is meant.</param>
/// <param name="Bounce">Replace all instances too.</param>
internal sealed record ScaleAsked(string RequestId, int Instances, bool Acknowledged, bool Bounce, Asking By) : SchedulerCommand;

internal sealed record ScaleEnded(string RequestId, bool Acknowledged, Asking By) : SchedulerCommand;

/// <param name="Kill">Kill its tasks; otherwise they run on and are not replaced.</param>
internal sealed record PauseAsked(string RequestId, bool Kill, Asking By) : SchedulerCommand;

internal sealed record UnpauseAsked(string RequestId, Asking By) : SchedulerCommand;

/// <param name="AtATime">Of an incremental one.</param>
internal sealed record BounceAsked(string RequestId, bool Incremental, int AtATime, bool SkipHealth, Asking By) : SchedulerCommand;

internal sealed record BounceEnded(string RequestId, Asking By) : SchedulerCommand;

internal sealed record SkipHealthAsked(string RequestId, bool Skip, Asking By) : SchedulerCommand;

/// <param name="Priority">Null: what the deploy says.</param>
internal sealed record PriorityAsked(string RequestId, decimal? Priority, Asking By) : SchedulerCommand;

internal sealed record CooldownEnded(string RequestId, Asking By) : SchedulerCommand;

/// <summary>Nothing below the level starts in the whole cluster.</summary>
/// <param name="Level">Null lifts the freeze.</param>
/// <param name="Kill">What runs below it is killed, and returns when the freeze is lifted.</param>
internal sealed record FreezeAsked(decimal? Level, bool Kill, Asking By) : SchedulerCommand;

/// <param name="Name">Of a rack, or an agent's id or host.</param>
/// <param name="KillAtExpiry">Of a drain with a duration: what is left then is killed. Otherwise the state before returns.</param>
internal sealed record MachineAsked(MachineKind Machine, string Name, MachineAction Action, bool KillAtExpiry, Asking By) : SchedulerCommand;

/// <summary>What holds for every placement in the cluster, over what requests say.</summary>
/// <param name="Strategy">Null: as requests say.</param>
/// <param name="RackSensitive">Null: as requests say.</param>
internal sealed record PlacementForcedAsked(PlacementStrategy? Strategy, bool? RackSensitive, Asking By) : SchedulerCommand;
