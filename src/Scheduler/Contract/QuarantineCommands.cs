using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Contract;

/// <summary>The way out of quarantine for what the scheduler of a cluster could not process.</summary>
public sealed class QuarantineCommands
{
    private readonly QuarantineStore store;

    internal QuarantineCommands(QuarantineStore store) => this.store = store;

    /// <summary>Releases an entry: a command returns to the queue; for anything else the leader begins a new term that includes
    /// it.</summary>
    /// <returns>False: there is no such open entry.</returns>
    /// <exception cref="PermissionDeniedException">The caller may not operate.</exception>
    public Task<bool> ReleaseAsync(Caller caller, string cluster, long id, CancellationToken ct)
    {
        caller.Require(Permission.Operate);
        var newTerm = new StartNewTermCommand($"{caller.Actor} released entry {id} from quarantine", caller.Actor);
        return store.ReleaseAsync(
            cluster, id, caller.Actor, JsonSerializer.Serialize<SchedulerCommand>(newTerm, StoredJson.Options), ct);
    }
}
