using Pipeline.Kernel;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Contract;

/// <summary>
/// What other slices submit. A command is a row of the command queue, inserted in the caller's ambient transaction: it takes effect when
/// that commits, or not at all. Every command needs <see cref="Permission.Operate"/>: a slice acts as <see cref="Caller.System"/> after it
/// has checked what its own caller may do.
/// </summary>
public sealed class SchedulerCommands
{
    private readonly CommandStore commands;

    internal SchedulerCommands(CommandStore commands) => this.commands = commands;

    /// <summary>Starts a run. The same run id twice changes nothing.</summary>
    /// <exception cref="PermissionDeniedException">The caller may not operate.</exception>
    /// <exception cref="ArgumentException">The id of the run or its request is malformed.</exception>
    public Task RunOnceAsync(Caller caller, RunOnce run, CancellationToken ct)
    {
        caller.Require(Permission.Operate);
        RequireId(nameof(run.RequestId), run.RequestId, IdRules.MostRequest);
        RequireId(nameof(run.RunId), run.RunId, IdRules.MostDeploy);
        return commands.EnqueueAsync(run.Cluster, run.RunId, new SubmitRunCommand(run with { Actor = caller.Actor }), ct);
    }

    /// <summary>
    /// Rolls a new version out. The same deploy id twice changes nothing. A deploy of the same request that is still rolling out is
    /// superseded.
    /// </summary>
    /// <exception cref="PermissionDeniedException">The caller may not operate.</exception>
    /// <exception cref="ArgumentException">The id of the deploy or its request is malformed.</exception>
    public Task DeployAsync(Caller caller, DeploySubmission deploy, CancellationToken ct)
    {
        caller.Require(Permission.Operate);
        RequireId(nameof(deploy.RequestId), deploy.RequestId, IdRules.MostRequest);
        RequireId(nameof(deploy.DeployId), deploy.DeployId, IdRules.MostDeploy);
        return commands.EnqueueAsync(deploy.Cluster, deploy.DeployId, new SubmitDeployCommand(deploy with { Actor = caller.Actor }), ct);
    }

    /// <summary>
    /// Gives a deploy fresh statements without starting anything. Nothing happens unless the cluster has that deploy with the same
    /// artifact, release, stage and generation.
    /// </summary>
    /// <exception cref="PermissionDeniedException">The caller may not operate.</exception>
    public Task RenewAsync(Caller caller, DeploySubmission deploy, CancellationToken ct)
    {
        caller.Require(Permission.Operate);
        return commands.EnqueueAsync(deploy.Cluster, deploy.DeployId, new RenewDeployCommand(deploy with { Actor = caller.Actor }), ct);
    }

    /// <summary>Ends the run as cancelled; nothing happens when it has ended.</summary>
    /// <exception cref="PermissionDeniedException">The caller may not operate.</exception>
    public Task CancelRunAsync(Caller caller, string cluster, string runId, string reason, CancellationToken ct)
    {
        caller.Require(Permission.Operate);
        return commands.EnqueueAsync(cluster, runId, new CancelRunCommand(runId, reason, caller.Actor), ct);
    }

    /// <summary>Cancels a deploy that is not healthy yet: its instances are killed, those of the deploy before it run on.</summary>
    /// <exception cref="PermissionDeniedException">The caller may not operate.</exception>
    public Task CancelDeployAsync(Caller caller, string cluster, string deployId, string reason, CancellationToken ct)
    {
        caller.Require(Permission.Operate);
        return commands.EnqueueAsync(cluster, deployId, new CancelDeployCommand(deployId, reason, caller.Actor), ct);
    }

    /// <summary>Kills every task of the request and removes it.</summary>
    /// <exception cref="PermissionDeniedException">The caller may not operate.</exception>
    public Task RemoveRequestAsync(Caller caller, string cluster, string requestId, CancellationToken ct)
    {
        caller.Require(Permission.Operate);
        return commands.EnqueueAsync(cluster, requestId, new RemoveRequestCommand(requestId, caller.Actor), ct);
    }

    /// <summary>The same, unless the request runs, or rolls out, something else than these deploys by then.</summary>
    /// <param name="deploys">Ids of deploys of the request.</param>
    /// <exception cref="PermissionDeniedException">The caller may not operate.</exception>
    public Task RemoveRequestOfAsync(
        Caller caller, string cluster, string requestId, IReadOnlyList<string> deploys, CancellationToken ct)
    {
        caller.Require(Permission.Operate);
        return commands.EnqueueAsync(cluster, requestId, new RemoveRequestCommand(requestId, caller.Actor) { OnlyOf = deploys }, ct);
    }

    private static void RequireId(string field, string id, int most)
    {
        if (IdRules.Fault(id, most) is { } fault)
            throw new ArgumentException($"'{id}' cannot be an id. {fault}", field);
    }
}
