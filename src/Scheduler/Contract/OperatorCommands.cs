using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Http;

namespace Pipeline.Scheduler.Contract;

/// <summary>Who asks, why, and for how long.</summary>
/// <param name="For">It ends by itself after so long; null: never.</param>
public sealed record Wish(Actor Actor, string? Reason, TimeSpan? For = null);

public enum MachineDeed
{
    Freeze,
    Drain,
    Decommission,
    Activate,
}

/// <summary>What the leader of the cluster made of a wish.</summary>
/// <param name="Accepted">Null while no leader took it up.</param>
/// <param name="Code">Why it was refused, as a stable word.</param>
/// <param name="Detail">Why it was refused, or what it made.</param>
public sealed record OperatorAnswer(long Id, bool? Accepted, string? Code, string? Detail);

/// <summary>What people do at a page: the commands of the API, decided by the leader, with its answer.</summary>
public sealed class OperatorCommands(SchedulerCommands commands, TimeProvider time)
{
    private const string NoReason = "no reason given";

    /// <param name="killAtExpiry">Of a drain or a decommission with an end: what is left then is killed.</param>
    public Task<OperatorAnswer> AgentAsync(
        string cluster, string host, MachineDeed deed, bool killAtExpiry, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, host, new MachineCommand(MachineKind.Agent, host, Of(deed), killAtExpiry, By(wish)), ct);

    /// <inheritdoc cref="AgentAsync"/>
    public Task<OperatorAnswer> RackAsync(
        string cluster, string rack, MachineDeed deed, bool killAtExpiry, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, rack, new MachineCommand(MachineKind.Rack, rack, Of(deed), killAtExpiry, By(wish)), ct);

    /// <param name="acknowledged">A large drop is meant.</param>
    public Task<OperatorAnswer> ScaleAsync(
        string cluster, string request, int instances, bool acknowledged, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, request, new ScaleCommand(request, instances, acknowledged, false, By(wish)), ct);

    /// <param name="kill">Its tasks too; otherwise they run on and are not replaced.</param>
    public Task<OperatorAnswer> PauseAsync(string cluster, string request, bool kill, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, request, new PauseCommand(request, kill, By(wish)), ct);

    public Task<OperatorAnswer> UnpauseAsync(string cluster, string request, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, request, new UnpauseCommand(request, By(wish)), ct);

    /// <param name="oneByOne">Otherwise all at once, beside the old.</param>
    public Task<OperatorAnswer> BounceAsync(string cluster, string request, bool oneByOne, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, request, new BounceCommand(request, oneByOne, 1, false, By(wish)), ct);

    public Task<OperatorAnswer> ExitCooldownAsync(string cluster, string request, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, request, new ExitCooldownCommand(request, By(wish)), ct);

    /// <param name="arguments">Appended to the command.</param>
    public Task<OperatorAnswer> RunAsync(
        string cluster, string request, IReadOnlyList<string> arguments, Wish wish, CancellationToken ct) =>
        AskAsync(
            cluster, request,
            new RunNowCommand(request, RunFields.NewId(time), arguments, new Dictionary<string, string>(), null, null, By(wish)), ct);

    /// <summary>Back to the number before.</summary>
    /// <param name="acknowledged">A large drop is meant.</param>
    public Task<OperatorAnswer> EndScaleAsync(string cluster, string request, bool acknowledged, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, request, new EndScaleCommand(request, acknowledged, By(wish)), ct);

    /// <summary>What was not replaced stays.</summary>
    public Task<OperatorAnswer> EndBounceAsync(string cluster, string request, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, request, new EndBounceCommand(request, By(wish)), ct);

    /// <param name="skip">Running is enough; false: readiness is checked again.</param>
    public Task<OperatorAnswer> SkipHealthAsync(string cluster, string request, bool skip, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, request, new SkipHealthCommand(request, skip, By(wish)), ct);

    /// <param name="priority">0 to 1; null: what its deploy says.</param>
    public Task<OperatorAnswer> PriorityAsync(string cluster, string request, decimal? priority, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, request, new SetPriorityCommand(request, priority, By(wish)), ct);

    /// <summary>Kills its tasks and forgets it.</summary>
    public Task<OperatorAnswer> RemoveAsync(string cluster, string request, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, request, new RemoveRequestCommand(request, wish.Actor), ct);

    /// <param name="accept">The group under way is good; false: the deploy fails.</param>
    public Task<OperatorAnswer> AdvanceAsync(string cluster, string deploy, bool accept, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, deploy, new AdvanceDeployCommand(deploy, accept, wish.Reason, wish.Actor), ct);

    public Task<OperatorAnswer> CancelDeployAsync(string cluster, string deploy, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, deploy, new CancelDeployCommand(deploy, wish.Reason ?? NoReason, wish.Actor), ct);

    public Task<OperatorAnswer> CancelRunAsync(string cluster, string run, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, run, new CancelRunCommand(run, wish.Reason ?? NoReason, wish.Actor), ct);

    /// <param name="destroy">Without grace.</param>
    /// <param name="replace">Of a service: only once another instance is healthy in its place.</param>
    public Task<OperatorAnswer> KillAsync(string cluster, string task, bool destroy, bool replace, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, task, new KillTaskCommand(task, wish.Reason ?? NoReason, wish.Actor, destroy, replace), ct);

    /// <summary>Asks the master for the state of everything.</summary>
    public Task<OperatorAnswer> ReconcileAsync(string cluster, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, cluster, new ReconcileCommand(wish.Actor), ct);

    /// <param name="level">Nothing below it starts; null lifts the freeze.</param>
    /// <param name="kill">What runs below it is killed, and returns when the freeze ends.</param>
    public Task<OperatorAnswer> FreezePrioritiesAsync(string cluster, decimal? level, bool kill, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, cluster, new FreezeLaunchesCommand(level, kill, By(wish)), ct);

    /// <summary>Forced on everything in the cluster; both null: each request decides again.</summary>
    public Task<OperatorAnswer> PlaceAsync(string cluster, PlacementStrategy? strategy, bool? rackSensitive, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, cluster, new ForcePlacementCommand(strategy, rackSensitive, By(wish)), ct);

    /// <summary>Of a framework that was failed over or removed.</summary>
    /// <param name="dropId">Everything is started anew under another id; otherwise the one we have is taken over again.</param>
    public Task<OperatorAnswer> ResetFrameworkAsync(string cluster, bool dropId, Wish wish, CancellationToken ct) =>
        AskAsync(cluster, cluster, new ResetFrameworkCommand(dropId, wish.Actor), ct);

    private async Task<OperatorAnswer> AskAsync(string cluster, string subject, SchedulerCommand command, CancellationToken ct)
    {
        var answer = await commands.AskAsync(cluster, subject, command, ct);
        return new OperatorAnswer(answer.Id, answer.Outcome?.IsAccepted, answer.Outcome?.Code, answer.Outcome?.Detail);
    }

    private static CommandOrigin By(Wish wish) => new(wish.Actor, wish.Reason, wish.For);

    private static MachineAction Of(MachineDeed deed) => deed switch
    {
        MachineDeed.Freeze => MachineAction.Freeze,
        MachineDeed.Drain => MachineAction.Drain,
        MachineDeed.Decommission => MachineAction.Decommission,
        MachineDeed.Activate => MachineAction.Activate,
    };
}
