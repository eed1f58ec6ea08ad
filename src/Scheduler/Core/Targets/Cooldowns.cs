using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Failures;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Scheduler.Core.Targets;

/// <summary>Evaluates the failures of a request: too many in a short time delay its next starts, patterns are announced to
/// people.</summary>
internal sealed class Cooldowns(ClusterState state, ClusterJournal journal, OverrideChanges overrides, InstanceTargets targets)
{
    private const int MostLoops = 20;

    public void Recover(Request request)
    {
        if (request.Overrides.Cooldown is not null)
            state.Timers.Set(TimerKind.Cooldown, request.Id, CooldownRules.EndOf(request));
    }

    /// <summary>Records a failure of the program itself. Losing an agent, or being killed by a person, does not count.</summary>
    public void NoteFailure(Deploy deploy, TaskRecord task, TaskEnd end, DateTimeOffset now)
    {
        if (end.Outcome != Outcome.Failed || end.Class is null or FailureClass.Infra or FailureClass.Security)
            return;
        var request = state.Requests[deploy.RequestId];
        var kind = FailureRules.KindOf(task, end);
        IReadOnlyList<InstanceFailure> failures =
            [.. request.Failures.Skip(Math.Max(0, request.Failures.Count + 1 - CrashLoops.Kept)),
                new InstanceFailure(task.Instance, now, kind)];
        request = request with { Failures = failures, Loops = LoopsAfter(request, failures, deploy, now) };
        state.Save(request);
        if (deploy.State == DeployState.Deploying && deploy.KeepsRunning)
            return;
        if (request.Overrides.Cooldown is null && CooldownRules.IsTooFast(failures, now))
        {
            overrides.Set(request.Id, o => o with { Cooldown = new CooldownOverride(now, end.Reason) }, "cooldown-entered",
                $"{CooldownRules.Failures} failures within {CooldownRules.Window.TotalSeconds:0} s; the last: {end.Reason}",
                new Change(ClusterJournal.Scheduler, null, now, null));
        }

        Recover(state.Requests[request.Id]);
    }

    public void Passed(string requestId, DateTimeOffset now)
    {
        if (!state.Requests.TryGetValue(requestId, out var request) || request.Overrides.Cooldown is null)
            return;
        if (CooldownRules.EndOf(request) > now)
            Recover(request);
        else
            End(request, new Change(ClusterJournal.Scheduler, "no recent failures", now, null));
    }

    public CommandOutcome Handle(Request request, ExitCooldownCommand command, DateTimeOffset now)
    {
        if (request.Overrides.Cooldown is null)
            return CommandOutcome.Conflict("not-cooling-down", $"Request {request.Id} is not in cooldown.");
        End(request, command.By.At(now));
        foreach (var task in state.DeploysOf(request.Id).SelectMany(d => state.TasksOf(d.Id))
            .Where(t => t is { Phase: TaskPhase.Pending, NotBefore: not null }).ToList())
        {
            state.Timers.Cancel(TimerKind.NotBefore, task.Id);
            state.Save(task with { NotBefore = null });
        }

        return CommandOutcome.Accepted;
    }

    public void End(Request request, Change by)
    {
        state.Timers.Cancel(TimerKind.Cooldown, request.Id);
        overrides.Set(request.Id, o => o with { Cooldown = null });
        // Ended early by a person or a success: earlier failures no longer count.
        if (CooldownRules.EndOf(request) > by.Since)
            state.Save(state.Requests[request.Id] with { Failures = [] });
        journal.Request(request.Id, "cooldown-left", "new instances start without a delay again", by);
    }

    /// <summary>A new loop is announced; one that is no longer detected has ended.</summary>
    private IReadOnlyList<CrashLoop> LoopsAfter(Request request, IReadOnlyList<InstanceFailure> failures, Deploy deploy, DateTimeOffset now)
    {
        var seen = CrashLoops.In(failures, targets.WantedOf(request, deploy), deploy.KeepsRunning, now);
        var loops = request.Loops.Select(l => l.Until is null && !seen.Contains(l.Kind) ? l with { Until = now } : l).ToList();
        foreach (var kind in seen.Where(k => !loops.Any(l => l.Kind == k && l.Until is null)))
        {
            loops.Add(new CrashLoop(kind, now, null));
            journal.Request(request.Id, "crash-loop", Wording.Word(kind), now);
        }

        return [.. loops.TakeLast(MostLoops)];
    }
}
