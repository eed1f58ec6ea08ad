using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.Ui.Actions.Scheduling;

/// <summary>What operators can do to one task.</summary>
internal sealed class TaskActions(OperatorCommands commands)
{
    /// <param name="isRun">The task runs once; otherwise it is an instance of a service or worker.</param>
    public IReadOnlyList<PageAction> Of(TaskView task, bool isRun)
    {
        if (task.EndedAt is not null)
            return [];
        var after = isRun ? "Its run is recorded as cancelled and is not retried." : "A new instance is started in its place.";
        PageAction kill = new(
            "Kill", $"{task.Id} is asked to stop, and killed when its grace period ends. {after}", Kill("Kill", task, destroy: false,
            replace: false))
        { Severity = ActionSeverity.Capacity };
        PageAction destroy = new(
            "Destroy",
            $"{task.Id} is killed at once, without a grace period. {after}", Kill("Destroy", task, destroy: true, replace: false))
        { Severity = ActionSeverity.Irreversible, Questions = new ActionQuestions { NameToRepeat = task.Id } };
        PageAction replace = new(
            "Replace", $"A new instance starts beside {task.Id}, which stops when the new one is healthy.",
            Kill("Replace", task, destroy: false, replace: true))
        { Unavailable = task.State == "pending" ? "The task is not running yet." : null };
        return isRun ? [kill, destroy] : [replace, kill, destroy];
    }

    private PageActionCommand Kill(string label, TaskView task, bool destroy, bool replace) =>
        OperatorCall.To(label, c => commands.KillAsync(c.Caller, task.Cluster, task.Id, destroy, replace, c.Details, c.Ct));
}
