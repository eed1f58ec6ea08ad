using Pipeline.Mesos;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Launching;
using Pipeline.Scheduler.Monitoring;
using Pipeline.Scheduler.Sending;

namespace Pipeline.Scheduler.Loop;

/// <summary>Leads one cluster for a term: reads its rows, then runs the loop and what belongs to it until one of them ends.</summary>
internal sealed class ClusterTerm(
    ClusterDatabase database, ClusterSettings settings, LaunchBuilder launches, Func<IMaster> connect, LoopMonitor monitor)
{
    private readonly string cluster = database.Cluster;

    /// <summary>Returns or throws when the term is over.</summary>
    /// <param name="leadership">The right to lead.</param>
    /// <param name="singleStep">See <see cref="LoopTerm"/>.</param>
    /// <param name="ct">Cancels the call.</param>
    /// <exception cref="FencedException">Another process leads.</exception>
    /// <exception cref="TermEndedException">The next term begins at once, from changed rows.</exception>
    public async Task LeadAsync(Leadership leadership, bool singleStep, CancellationToken ct)
    {
        launches.RequireRunner(); // Without the program that every task starts with, launches could only fail.
        using var term = CancellationTokenSource.CreateLinkedTokenSource(ct);
        // The lease is kept while a hundred thousand tasks are read. A notification before the loop is not missed: it looks when it begins.
        Action notify = () => { };
        var watching = leadership.WatchAsync(() => notify(), term.Token);
        try
        {
            await RunAsync(leadership, singleStep, watching, loop => notify = loop.NotifyCommands, term);
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

    private async Task RunAsync(
        Leadership leadership, bool singleStep, Task watching, Action<ClusterLoop> started, CancellationTokenSource term)
    {
        var ct = term.Token;
        var current = new LoopTerm(cluster, leadership.Epoch, database.Time, singleStep, monitor.Log);
        var telemetry = new LoopTelemetry(monitor.Metrics, current);
        var (machine, guard) = await RecoverAsync(current, telemetry, ct);
        await using var master = connect();
        using var probe = new ReadinessProbe(database.Time);
        var loop = new ClusterLoop(machine, database.Rows, master, guard, telemetry, current);
        started(loop);
        var outbox = new Outbox(master, launches, probe, database.Rows, loop.EnqueueAsync, monitor.Log);
        Task[] running =
        [
            watching,
            loop.RunAsync(outbox, m => monitor.Board.Put(cluster, LoopStatusViews.Of(cluster, m, telemetry.Gauges!)), ct),
            loop.SubscribeAsync(() => Describe(machine, leadership), ct),
            outbox.RunAsync(ct),
            new HistoryPurger(database.History, settings.History, current).RunAsync(ct),
        ];
        try
        {
            await await Task.WhenAny(running);
        }
        finally
        {
            await term.CancelAsync();
            await Task.WhenAll(running).ContinueWith(_ =>
                { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            // Only now does the loop publish nothing more.
            monitor.Board.Remove(cluster);
            telemetry.Remove();
        }
    }

    private async Task<(ClusterMachine Machine, QuarantineGuard Guard)> RecoverAsync(
        LoopTerm term, LoopTelemetry telemetry, CancellationToken ct)
    {
        var quarantined = await database.Quarantine.OpenAsync(cluster, ct);
        var snapshot = await database.ReadAsync(quarantined, ct);
        if (quarantined.Found.Count > 0)
            await database.Quarantine.PutAsync(cluster, term.Epoch, quarantined.Found, [], ct);
        telemetry.Quarantined(quarantined.Found.Count);
        var machine = new ClusterMachine(settings.Core, settings.Trust, snapshot, database.Time.GetUtcNow());
        Log.Leads(term.Log, cluster, term.Epoch, snapshot.Tasks.Count);
        return (machine, new QuarantineGuard(database.Quarantine, quarantined, telemetry, term));
    }

    /// <exception cref="FencedException">The lease is stale: another leader may have subscribed already.</exception>
    private FrameworkDescription Describe(ClusterMachine machine, Leadership leadership) => leadership.IsFresh
        ? settings.Describe(machine.Framework.FrameworkId, startSuppressed: !machine.WantsOffers)
        : throw new FencedException(cluster, leadership.Epoch);
}
