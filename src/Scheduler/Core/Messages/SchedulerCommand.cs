using System.Text.Json.Serialization;
using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Model;

namespace Pipeline.Scheduler.Core.Messages;

/// <summary>A command as it waits in the intake. The discriminators and property names are stored: never rename one.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(SubmitRunCommand), "run")]
[JsonDerivedType(typeof(SubmitDeployCommand), "deploy")]
[JsonDerivedType(typeof(RenewDeployCommand), "renew-deploy")]
[JsonDerivedType(typeof(CancelRunCommand), "cancel-run")]
[JsonDerivedType(typeof(CancelDeployCommand), "cancel-deploy")]
[JsonDerivedType(typeof(AdvanceDeployCommand), "advance-deploy")]
[JsonDerivedType(typeof(KillTaskCommand), "kill")]
[JsonDerivedType(typeof(RemoveRequestCommand), "remove")]
[JsonDerivedType(typeof(ReconcileCommand), "reconcile")]
[JsonDerivedType(typeof(RunNowCommand), "run-now")]
[JsonDerivedType(typeof(ScaleCommand), "scale")]
[JsonDerivedType(typeof(EndScaleCommand), "scale-end")]
[JsonDerivedType(typeof(PauseCommand), "pause")]
[JsonDerivedType(typeof(UnpauseCommand), "unpause")]
[JsonDerivedType(typeof(BounceCommand), "bounce")]
[JsonDerivedType(typeof(EndBounceCommand), "bounce-end")]
[JsonDerivedType(typeof(SkipHealthCommand), "skip-health")]
[JsonDerivedType(typeof(SetPriorityCommand), "priority")]
[JsonDerivedType(typeof(ExitCooldownCommand), "exit-cooldown")]
[JsonDerivedType(typeof(FreezeLaunchesCommand), "priority-freeze")]
[JsonDerivedType(typeof(MachineCommand), "machine")]
[JsonDerivedType(typeof(ForcePlacementCommand), "force-placement")]
[JsonDerivedType(typeof(StartNewTermCommand), "new-term")]
[JsonDerivedType(typeof(ResetFrameworkCommand), "framework-reset")]
internal abstract record SchedulerCommand : SchedulerInput;

/// <summary>The leader begins a new term from the rows. Handled by the loop, not by the machine.</summary>
internal sealed record StartNewTermCommand(string Reason, Actor Actor) : SchedulerCommand;

/// <summary>A person decided about a framework that was failed over or removed. Handled by the loop, not by the machine.</summary>
/// <param name="DropId">Subscribe as a new framework: whatever runs under the old one is started anew.</param>
internal sealed record ResetFrameworkCommand(bool DropId, Actor Actor) : SchedulerCommand;

internal sealed record SubmitRunCommand(RunOnce Run) : SchedulerCommand;

internal sealed record SubmitDeployCommand(DeploySubmission Deploy) : SchedulerCommand;

/// <summary>Fresh statements for a deploy that is there: the same artifact, release, stage and generation.</summary>
internal sealed record RenewDeployCommand(DeploySubmission Deploy) : SchedulerCommand;

internal sealed record CancelRunCommand(string RunId, string Reason, Actor Actor) : SchedulerCommand;

internal sealed record CancelDeployCommand(string DeployId, string Reason, Actor Actor) : SchedulerCommand;

/// <summary>A person's or a check's decision about the current group of a roll-out.</summary>
/// <param name="Accepted">False: the deploy fails with <paramref name="Reason"/>.</param>
internal sealed record AdvanceDeployCommand(string DeployId, bool Accepted, string? Reason, Actor Actor) : SchedulerCommand;

/// <param name="Destroy">Without grace.</param>
/// <param name="Replace">Only once another instance is healthy in its place.</param>
internal sealed record KillTaskCommand(string TaskId, string Reason, Actor Actor, bool Destroy = false, bool Replace = false)
    : SchedulerCommand;

internal sealed record RemoveRequestCommand(string RequestId, Actor Actor) : SchedulerCommand
{
    /// <summary>Nothing happens when the request runs, or rolls out, a deploy that is none of these; null: whatever it runs.</summary>
    public IReadOnlyList<string>? OnlyOf { get; init; }
}

internal sealed record ReconcileCommand(Actor Actor) : SchedulerCommand;

/// <summary>A run of the active deploy: kind on-demand, or a cron outside its schedule.</summary>
/// <param name="Needs">Null: those of the deploy.</param>
/// <param name="Envelope">The signed statement about arguments, environment and needs of its own.</param>
internal sealed record RunNowCommand(
    string RequestId, string RunId, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string> Environment, ResourceNeed? Needs,
    DateTimeOffset? RunAt, CommandOrigin By, string? Envelope = null) : SchedulerCommand;

/// <summary>Who changes a request, why, and for how long.</summary>
internal sealed record CommandOrigin(Actor Actor, string? Reason, TimeSpan? For = null)
{
    public Change At(DateTimeOffset now) => new(Actor, Reason, now, now + For);
}

/// <param name="Acknowledged">A large drop is intended.</param>
/// <param name="Bounce">Replace all instances too.</param>
internal sealed record ScaleCommand(string RequestId, int Instances, bool Acknowledged, bool Bounce, CommandOrigin By) : SchedulerCommand;

internal sealed record EndScaleCommand(string RequestId, bool Acknowledged, CommandOrigin By) : SchedulerCommand;

/// <param name="Kill">Kill its tasks; otherwise they run on and are not replaced.</param>
internal sealed record PauseCommand(string RequestId, bool Kill, CommandOrigin By) : SchedulerCommand;

internal sealed record UnpauseCommand(string RequestId, CommandOrigin By) : SchedulerCommand;

/// <param name="AtATime">For an incremental bounce.</param>
internal sealed record BounceCommand(string RequestId, bool Incremental, int AtATime, bool SkipHealth, CommandOrigin By) : SchedulerCommand;

internal sealed record EndBounceCommand(string RequestId, CommandOrigin By) : SchedulerCommand;

internal sealed record SkipHealthCommand(string RequestId, bool Skip, CommandOrigin By) : SchedulerCommand;

/// <param name="Priority">Null: what the deploy says.</param>
internal sealed record SetPriorityCommand(string RequestId, decimal? Priority, CommandOrigin By) : SchedulerCommand;

internal sealed record ExitCooldownCommand(string RequestId, CommandOrigin By) : SchedulerCommand;

/// <summary>Nothing below the level starts in the whole cluster.</summary>
/// <param name="Level">Null lifts the freeze.</param>
/// <param name="Kill">What runs below it is killed, and returns when the freeze is lifted.</param>
internal sealed record FreezeLaunchesCommand(decimal? Level, bool Kill, CommandOrigin By) : SchedulerCommand;

/// <param name="Name">Of a rack, or an agent's id or host.</param>
/// <param name="KillAtExpiry">Of a drain with a duration: what is left then is killed. Otherwise the state before returns.</param>
internal sealed record MachineCommand(MachineKind Machine, string Name, MachineAction Action, bool KillAtExpiry, CommandOrigin By)
    : SchedulerCommand;

/// <summary>A placement override for the whole cluster.</summary>
/// <param name="Strategy">Null: as requests say.</param>
/// <param name="RackSensitive">Null: as requests say.</param>
internal sealed record ForcePlacementCommand(PlacementStrategy? Strategy, bool? RackSensitive, CommandOrigin By) : SchedulerCommand;
