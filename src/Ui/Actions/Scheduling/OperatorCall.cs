using Pipeline.Kernel;
using Pipeline.Scheduler.Contract;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Ui.Actions.Scheduling;

/// <summary>
/// One call of an operator command: who asks, what he answered in the dialog, and how the answer of the cluster's leader reads.
/// </summary>
internal readonly record struct OperatorCall(Caller Caller, ActionInput Input, CancellationToken Ct)
{
    /// <summary>Why, and for how long.</summary>
    public ActionDetails Details => new(Input.Note, Input.Duration);

    /// <summary>A page action that calls an operator command.</summary>
    public static PageActionCommand To(string label, Func<OperatorCall, Task<OperatorAnswer>> command) =>
        async (caller, input, ct) => Result(label, await command(new OperatorCall(caller, input, ct)));

    /// <summary>What the page says about the leader's answer.</summary>
    public static ActionResult Result(string label, OperatorAnswer answer) => answer.Accepted switch
    {
        true => new ActionResult(true, answer.Detail is null ? $"{label}: recorded." : $"{label}: recorded. {answer.Detail}"),
        false => new ActionResult(false, $"Refused ({answer.Code}): {answer.Detail}"),
        null =>
            new ActionResult(
                true, $"{label}: recorded as command {answer.Id}. No server leads the cluster now; the next leader will decide."),
    };
}
