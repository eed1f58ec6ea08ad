using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data;

namespace Pipeline.Scheduler.Loop;

/// <summary>Where a worker gets its parts from: one set for all clusters of the process.</summary>
internal sealed record WorkerParts(
    NpgsqlDataSource Db, Journal Journal, TimeProvider Time, SchedulerOptions Options, ServerKey Key, RunnerBinary Runner, TrustCheck Trust,
    OfferBoard Board, SchedulerMetrics Metrics, ILogger Log);

/// <summary>Stands by for a cluster, leads it when nobody else does, and takes it up again after every failure.</summary>
internal sealed class ClusterWorker(WorkerParts parts, string cluster, string role, Func<IMaster> connect)
{
    private static readonly TimeSpan StandBy = TimeSpan.FromSeconds(1);

    private bool careful;

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await using var leadership = await Leadership.TryTakeAsync(parts.Db, cluster, parts.Time, ct);
                if (leadership is not null)
                    await LeadAsync(leadership, ct);
                else if (await Leadership.EndSilentAsync(parts.Db, cluster, Leadership.Silence, ct) is { } silent)
                    Log.LeaderSilent(parts.Log, cluster, silent.TotalSeconds);
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return;
            }
            catch (TermEndedException e)
            {
                Log.TermEnded(parts.Log, e, cluster, e.Message);
            }
            catch (FencedException e)
            {
                parts.Metrics.Fenced(cluster);
                Log.Fenced(parts.Log, cluster, e.Message);
            }
            catch (Exception e)
            {
                careful = e is PostgresException refused && ClusterLoop.IsRefusal(refused);
                Log.LoopStopped(parts.Log, e, cluster);
            }

            await Task.Delay(StandBy, parts.Time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LeadAsync(Leadership leadership, CancellationToken ct)
    {
        _ = parts.Runner.Digest; // Without the program that every task starts with, launching would only make failures.
        using var term = CancellationTokenSource.CreateLinkedTokenSource(ct);
        // The lease is kept while a hundred thousand tasks are read. Bells before the loop are not missed: it looks when it begins.
        Action ring = () => { };
        var watching = leadership.WatchAsync(() => ring(), term.Token);
        try
        {
            await LeadAsync(leadership, watching, r => ring = r, term);
        }
        catch (Exception e) when (e is not FencedException and not TermEndedException && !ct.IsCancellationRequested)
        {
            // A process that wakes may meet the ruins of its last transaction before it learns that another leads.
            await EndAsync();
            await leadership.RequireSessionAsync(e);
            throw;
        }
        finally
        {
            await EndAsync();
        }

        async Task EndAsync()
        {
            await term.CancelAsync();
            await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task LeadAsync(Leadership leadership, Task watching, Action<Action> ringing, CancellationTokenSource term)
    {
        var ct = term.Token;
        var quarantine = new QuarantineStore(parts.Db, parts.Journal, parts.Time);
        var aside = await quarantine.OpenAsync(cluster, ct);
        var snapshot = await SnapshotReader.ReadAsync(parts.Db, cluster, aside, ct);
        if (aside.Found.Count > 0)
            await quarantine.PutAsync(cluster, leadership.Epoch, aside.Found, [], ct);
        var machine = new ClusterMachine(Settings(), parts.Trust, snapshot, parts.Time.GetUtcNow());
        Log.Leads(parts.Log, cluster, leadership.Epoch, snapshot.Tasks.Count);
        var store = new ClusterStore(parts.Db, parts.Journal, parts.Time, cluster);
        await using var master = connect();
        using var prober = new Prober(parts.Time);
        var current = new LoopTerm(cluster, leadership.Epoch, parts.Time, careful, parts.Log);
        var watch = new LoopWatch(parts.Metrics, current);
        watch.SetAside(aside.Found.Count);
        var loop = new ClusterLoop(machine, store, master, new Border(quarantine, aside, cluster, leadership.Epoch), watch, current);
        careful = false;
        ringing(loop.RingIntake);
        var outbox = new Outbox(master, new LaunchBuilder(parts.Options, parts.Key, parts.Runner, cluster), prober, store, loop.HearAsync,
            parts.Log);
        Task[] running =
        [
            watching,
            loop.DriveAsync(outbox, m => parts.Board.Put(cluster, LoopNotesOf.Step(cluster, m, watch.Gauges!)), ct),
            loop.ListenAsync(() => Describe(machine, leadership), ct),
            outbox.RunAsync(ct),
            new HistoryKeeper(new HistoryStore(parts.Db, cluster), parts.Options.History, current).RunAsync(ct),
        ];
        try
        {
            await await Task.WhenAny(running);
        }
        finally
        {
            parts.Board.Remove(cluster);
            watch.Gone();
            await term.CancelAsync();
            await Task.WhenAll(running).ContinueWith(_ =>
                { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private CoreSettings Settings() => new(cluster, role)
    {
        UnreachableAfter = parts.Options.UnreachableAfter,
        LaunchTimeout = parts.Options.LaunchTimeout,
        MaxCrashes = parts.Options.MaxCrashes,
        MaxInstances = parts.Options.MaxInstances,
        KillIfNotRunning = parts.Options.KillIfNotRunning,
        MaxDraining = parts.Options.MaxDraining,
        MaxTasksPerOffer = parts.Options.MaxTasksPerOffer,
        MissingAfter = parts.Options.MissingAfter,
        DeadAfter = parts.Options.DeadAfter,
        PurgeAfter = parts.Options.PurgeDeadAgentsAfter,
        MaintenanceLead = parts.Options.MaintenanceLead,
        Reserved = parts.Options.Clusters.TryGetValue(cluster, out var own)
            ? own.Reserved.ToDictionary(r => r.Key, r => (IReadOnlyList<string>)r.Value, StringComparer.Ordinal)
            : [],
        Quotas = parts.Options.Clusters.TryGetValue(cluster, out var options)
            ? options.Quotas.ToDictionary(q => q.Key, q => new Quota(q.Value.Cpus, q.Value.MemoryMb, q.Value.Tasks), StringComparer.Ordinal)
            : [],
    };

    /// <exception cref="FencedException">The lease is stale: another leader may have subscribed already.</exception>
    private FrameworkDescription Describe(ClusterMachine machine, Leadership leadership) => !leadership.IsFresh
        ? throw new FencedException(cluster, leadership.Epoch)
        : new FrameworkDescription(
        machine.Framework.FrameworkId, "pipeline", parts.Options.TaskUser ?? Environment.UserName, role,
        parts.Options.Clusters.TryGetValue(cluster, out var options) ? options.Principal : null,
        parts.Options.FailoverTimeout, Environment.MachineName, parts.Options.PublicUrl, StartSuppressed: !machine.WantsOffers);
}
