using Pipeline.Kernel.Events;
using Pipeline.Scheduler.Contract.Events;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Data.Commit;
using Pipeline.Scheduler.Monitoring;

namespace Pipeline.Scheduler.Loop;

/// <summary>Handles the commands that are the loop's, not the machine's: each ends the term, so that the next begins from changed
/// rows.</summary>
internal sealed class TermCommandHandler(ClusterMachine machine, ClusterStore store, LoopTerm term)
{
    public static bool Handles(QueuedCommand item) => item.Command is StartNewTermCommand or ResetFrameworkCommand;

    /// <exception cref="TermEndedException">The command was accepted.</exception>
    public async Task HandleAsync(QueuedCommand item, CancellationToken ct)
    {
        var effects = new Effects();
        var (outcome, reason) = item.Command is ResetFrameworkCommand reset
            ? Reset(reset, effects)
            : (CommandOutcome.Accepted, "a new term was requested");
        if (item.WantsAnswer)
            effects.Answers.Add((item.Id, outcome));
        await store.SaveAsync(term.Epoch, effects, [item.Id], ct);
        if (outcome.IsAccepted)
            throw new TermEndedException(reason);
    }

    private (CommandOutcome Outcome, string Reason) Reset(ResetFrameworkCommand reset, Effects effects)
    {
        var framework = machine.Framework;
        if (framework.State is not (FrameworkState.FailedOver or FrameworkState.Removed))
        {
            var refusal = CommandOutcome.Conflict(
                "framework-not-lost", $"The framework is {framework.State}. Only one that was failed over or removed can be reset.");
            return (refusal, "");
        }

        if (framework.State == FrameworkState.Removed && !reset.DropId)
        {
            var gone = CommandOutcome.Conflict(
                "framework-removed", $"The master removed framework {framework.FrameworkId} and all its tasks, and does not take its id "
                + "again. It can only be dropped: then every task starts anew under another id.");
            return (gone, "");
        }

        var reason = reset.DropId
            ? $"framework id {framework.FrameworkId} was dropped: every task starts anew under another"
            : $"framework {framework.FrameworkId} is taken over again";
        effects.Framework = framework with
        {
            FrameworkId = reset.DropId ? null : framework.FrameworkId, State = FrameworkState.Connecting, Detail = reason,
        };
        effects.Events.Add(new NewJournalEntry(
            new ClusterChanged(term.Cluster, reason), reset.Actor, new JournalSubject { Cluster = term.Cluster }));
        return (CommandOutcome.Accepted, reason);
    }
}
