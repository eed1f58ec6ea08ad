using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Contract.Views;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Launching;

namespace Pipeline.Scheduler.Contract;

/// <summary>
/// What operators do, at a page or by the API. The leader of the cluster decides; each method waits some seconds for its answer. All need
/// <see cref="Permission.Operate"/>.
/// </summary>
public sealed class OperatorCommands
{
    private const string NoReason = "no reason given";

    private readonly CommandStore commands;
    private readonly TimeProvider time;
    private readonly RunSigning signing;

    internal OperatorCommands(CommandStore commands, RunSigning signing, TimeProvider time)
    {
        this.commands = commands;
        this.signing = signing;
        this.time = time;
    }

    /// <summary>Freezes, drains, decommissions or activates the agents of a host.</summary>
    /// <param name="caller">Who calls; must hold <see cref="Permission.Operate"/>.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="host">The agent's id or host.</param>
    /// <param name="action">What is done.</param>
    /// <param name="killAtExpiry">Of a drain or a decommission with a duration: the tasks that are left at its end are killed.</param>
    /// <param name="details">Why, and for how long.</param>
    /// <param name="ct">Cancels the call.</param>
    public Task<OperatorAnswer> AgentAsync(
        Caller caller, string cluster, string host, MachineAction action, bool killAtExpiry, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, host, new MachineCommand(MachineKind.Agent, host, action, killAtExpiry, By(caller, details)), ct);

    /// <summary>Freezes, drains, decommissions or activates all agents of a rack.</summary>
    /// <param name="caller">Who calls; must hold <see cref="Permission.Operate"/>.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="rack">The rack's name.</param>
    /// <param name="action">What is done.</param>
    /// <param name="killAtExpiry">Of a drain or a decommission with a duration: the tasks that are left at its end are killed.</param>
    /// <param name="details">Why, and for how long.</param>
    /// <param name="ct">Cancels the call.</param>
    public Task<OperatorAnswer> RackAsync(
        Caller caller, string cluster, string rack, MachineAction action, bool killAtExpiry, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, rack, new MachineCommand(MachineKind.Rack, rack, action, killAtExpiry, By(caller, details)), ct);

    /// <summary>Changes the number of instances of a service or worker.</summary>
    public Task<OperatorAnswer> ScaleAsync(
        Caller caller, string cluster, string request, ScaleTarget target, ActionDetails details, CancellationToken ct) =>
        SendAsync(
            caller, cluster, request,
            new ScaleCommand(request, target.Instances, target.Acknowledged, target.Bounce, By(caller, details)), ct);

    /// <summary>Returns to the number of instances before the scale.</summary>
    /// <param name="caller">Who calls; must hold <see cref="Permission.Operate"/>.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="request">The request's id.</param>
    /// <param name="acknowledged">Confirms a large drop.</param>
    /// <param name="details">Why, and for how long.</param>
    /// <param name="ct">Cancels the call.</param>
    public Task<OperatorAnswer> EndScaleAsync(
        Caller caller, string cluster, string request, bool acknowledged, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, request, new EndScaleCommand(request, acknowledged, By(caller, details)), ct);

    /// <summary>Starts nothing of the request any more.</summary>
    /// <param name="caller">Who calls; must hold <see cref="Permission.Operate"/>.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="request">The request's id.</param>
    /// <param name="kill">Kill its tasks too; otherwise they run on and are not replaced.</param>
    /// <param name="details">Why, and for how long.</param>
    /// <param name="ct">Cancels the call.</param>
    public Task<OperatorAnswer> PauseAsync(
        Caller caller, string cluster, string request, bool kill, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, request, new PauseCommand(request, kill, By(caller, details)), ct);

    /// <summary>Starts a paused request again, as its deploy says.</summary>
    public Task<OperatorAnswer> UnpauseAsync(Caller caller, string cluster, string request, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, request, new UnpauseCommand(request, By(caller, details)), ct);

    /// <summary>Replaces every instance by a new one of the same version.</summary>
    public Task<OperatorAnswer> BounceAsync(
        Caller caller, string cluster, string request, BouncePlan plan, ActionDetails details, CancellationToken ct) =>
        SendAsync(
            caller, cluster, request, new BounceCommand(request, plan.Incremental, plan.AtATime, plan.SkipHealth, By(caller, details)), ct);

    /// <summary>Ends a bounce: instances that were not replaced yet stay.</summary>
    public Task<OperatorAnswer> EndBounceAsync(Caller caller, string cluster, string request, ActionDetails details,
        CancellationToken ct) =>
        SendAsync(caller, cluster, request, new EndBounceCommand(request, By(caller, details)), ct);

    /// <summary>Lets a crash-looping request start instances again at once.</summary>
    public Task<OperatorAnswer> ExitCooldownAsync(Caller caller, string cluster, string request, ActionDetails details,
        CancellationToken ct) =>
        SendAsync(caller, cluster, request, new ExitCooldownCommand(request, By(caller, details)), ct);

    /// <summary>Starts a run of an on-demand or cron request now. Arguments, variables and resources of its own are signed for.</summary>
    public Task<OperatorAnswer> RunAsync(
        Caller caller, string cluster, string request, ManualRun run, ActionDetails details, CancellationToken ct)
    {
        caller.Require(Permission.Operate);
        var runId = run.RunId ?? Guid.CreateVersion7(time.GetUtcNow()).ToString("N");
        return SendAsync(
            caller, cluster, request,
            new RunNowCommand(
                request, runId, run.Arguments, run.Environment, run.Needs, run.RunAt, By(caller, details),
                signing.Sign(caller.Actor, cluster, request, runId, run)),
            ct);
    }

    /// <summary>Ignores or respects the request's readiness check.</summary>
    /// <param name="caller">Who calls; must hold <see cref="Permission.Operate"/>.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="request">The request's id.</param>
    /// <param name="skip">An instance counts as healthy as soon as it runs; false: readiness is checked again.</param>
    /// <param name="details">Why, and for how long.</param>
    /// <param name="ct">Cancels the call.</param>
    public Task<OperatorAnswer> SkipHealthAsync(
        Caller caller, string cluster, string request, bool skip, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, request, new SkipHealthCommand(request, skip, By(caller, details)), ct);

    /// <summary>Overrides the request's priority.</summary>
    /// <param name="caller">Who calls; must hold <see cref="Permission.Operate"/>.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="request">The request's id.</param>
    /// <param name="priority">0 to 1; null: the priority of its deploy.</param>
    /// <param name="details">Why, and for how long.</param>
    /// <param name="ct">Cancels the call.</param>
    public Task<OperatorAnswer> PriorityAsync(
        Caller caller, string cluster, string request, decimal? priority, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, request, new SetPriorityCommand(request, priority, By(caller, details)), ct);

    /// <summary>Kills the request's tasks and removes it.</summary>
    public Task<OperatorAnswer> RemoveAsync(Caller caller, string cluster, string request, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, request, new RemoveRequestCommand(request, caller.Actor), ct);

    /// <summary>Accepts or rejects the group of instances that a roll-out waits on.</summary>
    /// <param name="caller">Who calls; must hold <see cref="Permission.Operate"/>.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="deploy">The deploy's id.</param>
    /// <param name="accept">The next group starts; false: the deploy fails.</param>
    /// <param name="details">Why, and for how long.</param>
    /// <param name="ct">Cancels the call.</param>
    public Task<OperatorAnswer> AdvanceAsync(
        Caller caller, string cluster, string deploy, bool accept, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, deploy, new AdvanceDeployCommand(deploy, accept, details.Reason, caller.Actor), ct);

    /// <summary>Cancels a deploy that is rolling out; the deploy before it stays in force.</summary>
    public Task<OperatorAnswer> CancelDeployAsync(Caller caller, string cluster, string deploy, ActionDetails details,
        CancellationToken ct) =>
        SendAsync(caller, cluster, deploy, new CancelDeployCommand(deploy, details.Reason ?? NoReason, caller.Actor), ct);

    /// <summary>Ends a run as cancelled.</summary>
    public Task<OperatorAnswer> CancelRunAsync(Caller caller, string cluster, string run, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, run, new CancelRunCommand(run, details.Reason ?? NoReason, caller.Actor), ct);

    /// <summary>Kills one task. An instance of a service is replaced, a run ends as cancelled.</summary>
    /// <param name="caller">Who calls; must hold <see cref="Permission.Operate"/>.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="task">The task's id.</param>
    /// <param name="destroy">Without its grace period.</param>
    /// <param name="replace">Of a service: only once another instance is healthy in its place.</param>
    /// <param name="details">Why, and for how long.</param>
    /// <param name="ct">Cancels the call.</param>
    public Task<OperatorAnswer> KillAsync(
        Caller caller, string cluster, string task, bool destroy, bool replace, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, task, new KillTaskCommand(task, details.Reason ?? NoReason, caller.Actor, destroy, replace), ct);

    /// <summary>Requests the state of every task from the master, now.</summary>
    public Task<OperatorAnswer> ReconcileAsync(Caller caller, string cluster, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, cluster, new ReconcileCommand(caller.Actor), ct);

    /// <summary>Freezes every launch below a priority in the cluster, or lifts the freeze.</summary>
    /// <param name="caller">Who calls; must hold <see cref="Permission.Operate"/>.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="level">Nothing below it starts; null lifts the freeze.</param>
    /// <param name="kill">Tasks below it are killed, and start again when the freeze ends.</param>
    /// <param name="details">Why, and for how long.</param>
    /// <param name="ct">Cancels the call.</param>
    public Task<OperatorAnswer> FreezePrioritiesAsync(
        Caller caller, string cluster, decimal? level, bool kill, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, cluster, new FreezeLaunchesCommand(level, kill, By(caller, details)), ct);

    /// <summary>Forces a placement on everything in the cluster; both null: each request decides again.</summary>
    public Task<OperatorAnswer> PlaceAsync(
        Caller caller, string cluster, PlacementStrategy? strategy, bool? rackSensitive, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, cluster, new ForcePlacementCommand(strategy, rackSensitive, By(caller, details)), ct);

    /// <summary>Subscribes again after the framework was failed over or removed.</summary>
    /// <param name="caller">Who calls; must hold <see cref="Permission.Operate"/>.</param>
    /// <param name="cluster">The cluster's name.</param>
    /// <param name="dropId">As a new framework, which starts every task anew; otherwise with the id we have.</param>
    /// <param name="details">Why, and for how long.</param>
    /// <param name="ct">Cancels the call.</param>
    public Task<OperatorAnswer> ResetFrameworkAsync(
        Caller caller, string cluster, bool dropId, ActionDetails details, CancellationToken ct) =>
        SendAsync(caller, cluster, cluster, new ResetFrameworkCommand(dropId, caller.Actor), ct);

    private async Task<OperatorAnswer> SendAsync(
        Caller caller, string cluster, string subject, SchedulerCommand command, CancellationToken ct)
    {
        caller.Require(Permission.Operate);
        return OperatorAnswer.Of(await commands.SendAsync(cluster, subject, command, ct));
    }

    private static CommandOrigin By(Caller caller, ActionDetails details) => new(caller.Actor, details.Reason, details.Duration);
}
