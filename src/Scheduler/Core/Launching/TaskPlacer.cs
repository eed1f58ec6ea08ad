using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.Offers;
using Pipeline.Scheduler.Core.Placing;

namespace Pipeline.Scheduler.Core.Launching;

/// <summary>One pass over the waiting tasks: each is placed on a held offer, or gets a reason why not.</summary>
internal sealed class TaskPlacer(
    PendingTasks pending, OfferPool offers, TaskShapes shapes, LaunchGate gate, PlacementReasons reasons, Launches launches)
{
    /// <returns>Whether tasks are left that more offers could place.</returns>
    public bool Place(DateTimeOffset now)
    {
        var due = pending.Due(now);
        var left = due.Count > 0 && Place(due, now);
        reasons.ForgetOld();
        return left;
    }

    /// <summary>Without a subscription nothing can be placed.</summary>
    public void ExplainSilence(DateTimeOffset now) => reasons.ExplainSilence(pending.Due(now), now);

    private bool Place(List<TaskRecord> due, DateTimeOffset now)
    {
        var planner = offers.Plan(now);
        var held = false;
        var waiting = new Dictionary<string, (TaskShape TaskShape, List<TaskRecord> Tasks)>(StringComparer.Ordinal);
        foreach (var task in due.Where(pending.IsPlaceable))
        {
            var shape = shapes.Of(task);
            if (planner.Choose(shape) is not { } slot)
            {
                if (!waiting.TryGetValue(shape.Key, out var group))
                    waiting[shape.Key] = group = (shape, []);
                group.Tasks.Add(task);
            }
            else if (gate.Judge(task, now) is var verdict && verdict == LaunchVerdict.Launch)
            {
                launches.Assign(task, slot, shape, now);
                planner.Placed(shape, slot);
            }
            else
            {
                held |= verdict == LaunchVerdict.Wait;
            }
        }

        foreach (var (shape, tasks) in waiting.Values)
            reasons.Explain(shape, tasks, planner, now);
        foreach (var slot in planner.Slots.Where(s => s.Placed.Count > 0))
            launches.Accept(slot, waiting.Count > 0, now);
        return held || waiting.Count > 0;
    }
}
