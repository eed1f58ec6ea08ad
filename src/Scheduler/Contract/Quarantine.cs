using System.Text.Json;
using Pipeline.Kernel;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Contract;

/// <summary>What the scheduler of a cluster could not digest and set aside, and the way back.</summary>
public sealed class Quarantine
{
    private readonly QuarantineStore store;

    internal Quarantine(QuarantineStore store) => this.store = store;

    /// <summary>Open entries first.</summary>
    public Task<IReadOnlyList<QuarantineView>> ListAsync(string cluster, CancellationToken ct) => store.ListAsync(cluster, ct);

    /// <summary>A command goes back to the intake, anything else into a new term.</summary>
    /// <returns>False: there is no such open entry.</returns>
    public Task<bool> ReleaseAsync(string cluster, long id, Actor actor, CancellationToken ct) => store.ReleaseAsync(
        cluster, id, actor,
        JsonSerializer.Serialize<SchedulerCommand>(new StartNewTermCommand($"{actor} released entry {id} of the quarantine", actor), StoredJson.Options), ct);
}
