using System.Globalization;
using Pipeline.Scheduler.Core.Instances;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Policy;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Core.Targets;

namespace Pipeline.Scheduler.Core.Requests;

/// <summary>Overrides the number of instances of a deploy, permanently or for a time.</summary>
internal sealed class Scales(
    ClusterState state, CoreSettings settings, InstanceTargets targets, OverrideChanges overrides, Bounces bounces, Convergence convergence)
{
    public CommandOutcome Handle(Request request, ScaleCommand command, DateTimeOffset now)
    {
        if (!request.IsLongRunning)
            return CommandOutcome.WrongKind(request, "scaled");
        if (state.CurrentDeployOf(request) is not { } deploy)
            return CommandOutcome.Conflict("nothing-deployed", $"Request {request.Id} has no deploy that could be scaled.");
        var most = Math.Min(settings.MaxInstances, deploy.Spec.Options.MaxInstances ?? int.MaxValue);
        if (command.Instances < 0 || command.Instances > most)
            return CommandOutcome.Invalid("instances-out-of-range",
                $"{command.Instances} instances were requested; 0 to {most} are allowed.");
        var from = targets.WantedOf(request, deploy);
        if (RefuseLargeDrop(from, command.Instances, command.Acknowledged) is { } refused)
            return refused;
        if (command.Bounce && request.Overrides.Bounce is { } under)
            return Bounces.UnderWay(request, under);
        var change = command.By.At(now);
        var before = change.Until is null ? null : request.Overrides.Scale is { Change.Until: not null } timed ? timed.Before
            : request.Overrides.Scale?.Instances;
        var scale = new ScaleOverride(command.Instances, before, command.Bounce, change);
        overrides.Set(request.Id, o => o with { Scale = scale }, "scaled", Numbers(from, command.Instances), change);
        Apply(request.Id, command.Bounce, change, now);
        return CommandOutcome.Accepted;
    }

    public CommandOutcome Handle(Request request, EndScaleCommand command, DateTimeOffset now)
    {
        if (request.Overrides.Scale is not { } scale || state.CurrentDeployOf(request) is not { } deploy)
            return CommandOutcome.Conflict("not-scaled", $"Request {request.Id} runs as many instances as its deploy says.");
        var to = scale.Before ?? deploy.Spec.Instances;
        if (RefuseLargeDrop(scale.Instances, to, command.Acknowledged) is { } refused)
            return refused;
        Revert(request, scale, to, command.By.At(now), now);
        return CommandOutcome.Accepted;
    }

    /// <summary>Its time is over.</summary>
    public void Expire(Request request, ScaleOverride scale, Change by, DateTimeOffset now) =>
        Revert(request, scale, scale.Before ?? state.CurrentDeployOf(request)?.Spec.Instances ?? 0, by, now);

    private void Revert(Request request, ScaleOverride scale, int to, Change by, DateTimeOffset now)
    {
        var permanent = scale.Before is { } before ? new ScaleOverride(before, null, false, by with { Until = null }) : null;
        overrides.Set(request.Id, o => o with { Scale = permanent }, "scale-ended", Numbers(scale.Instances, to), by);
        Apply(request.Id, scale.Bounced, by, now);
    }

    private void Apply(string requestId, bool bounce, Change by, DateTimeOffset now)
    {
        convergence.Balance(requestId, now);
        if (bounce && state.Requests[requestId].Overrides.Bounce is null)
            bounces.StartFull(state.Requests[requestId], by, now);
        if (state.Requests[requestId].PendingDeploy is { } pending)
            convergence.Advance(pending, now);
    }

    private static CommandOutcome? RefuseLargeDrop(int from, int to, bool acknowledged) =>
        ScaleRules.IsLargeDrop(from, to) && !acknowledged
            ? CommandOutcome.Conflict("large-scale-down",
                $"{Numbers(from, to)}: a drop of more than 10, or of more than half, must be acknowledged.")
            : null;

    private static string Numbers(int from, int to) => string.Create(CultureInfo.InvariantCulture, $"from {from} to {to} instances");
}
