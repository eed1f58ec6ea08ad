using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.State;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Data.Commit;

namespace Pipeline.Scheduler.Tests.Simulation.Stores;

/// <summary>What a leader needs of a database: in memory for many seeds, PostgreSQL for the second harness.</summary>
internal interface ISimulatedStore
{
    /// <summary>Takes the next epoch and reads the rows.</summary>
    Task<(long Epoch, Snapshot Rows)> TakeOverAsync();

    Task PutAsync(string subject, SchedulerCommand command);

    Task<IReadOnlyList<QueuedCommand>> ReadCommandsAsync();

    /// <exception cref="FencedException">The epoch is over.</exception>
    Task SaveAsync(long epoch, Effects effects, IReadOnlyList<long> intake);

    /// <summary>A save with a fault in it.</summary>
    /// <returns>False when it was kept nevertheless: the fault came after it.</returns>
    Task<bool> FailsAsync(long epoch, Effects effects, IReadOnlyList<long> intake);

    Task<bool> KnowsEndedAsync(string taskId);
}

/// <summary>Rows in memory. The ledger that the invariants watch is the database.</summary>
internal sealed class MemoryStore(Ledger ledger, Invariants invariants, Plant plant) : ISimulatedStore
{
    private readonly SortedDictionary<long, (string Subject, SchedulerCommand Command)> intake = [];
    private long epoch;
    private long ids;

    public Task<(long Epoch, Snapshot Rows)> TakeOverAsync() => Task.FromResult((++epoch, plant.Restores(ledger.ToSnapshot())));

    public Task PutAsync(string subject, SchedulerCommand command)
    {
        intake.Add(++ids, (subject, command));
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<QueuedCommand>> ReadCommandsAsync() => Task.FromResult<IReadOnlyList<QueuedCommand>>(
        [
            .. intake.Take(500).Select(
                i => new QueuedCommand(i.Key, i.Value.Command, i.Key % 3 == 0, ledger.Deploys.ContainsKey(Makes(i.Value))))
        ]);

    // As the statement does that reads the intake.
    private string Makes((string Subject, SchedulerCommand Command) sent) => sent.Command is RunNowCommand run
        ? $"{ledger.Requests.GetValueOrDefault(run.RequestId)?.ActiveDeploy}.run.{run.RunId}"
        : sent.Subject;

    public Task SaveAsync(long epoch, Effects effects, IReadOnlyList<long> taken)
    {
        if (epoch != this.epoch && plant.ChecksEpoch)
            throw new FencedException("test", epoch);
        invariants.Writes(epoch, this.epoch);
        foreach (var id in taken)
            intake.Remove(id);
        return Task.CompletedTask;
    }

    public Task<bool> FailsAsync(long epoch, Effects effects, IReadOnlyList<long> taken) => Task.FromResult(true);

    public Task<bool> KnowsEndedAsync(string taskId) => Task.FromResult(ledger.Tasks.TryGetValue(taskId, out var row) && !row.IsLive);
}
