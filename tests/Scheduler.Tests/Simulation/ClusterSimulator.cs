using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Data;
using Pipeline.Scheduler.Loop;
using Pipeline.Scheduler.Tests.Simulation.Cluster;
using Pipeline.Scheduler.Tests.Simulation.Commands;
using Pipeline.Scheduler.Tests.Simulation.Stores;

namespace Pipeline.Scheduler.Tests.Simulation;

/// <summary>
/// One random history of a cluster: the real machine, led as the loop leads it (drain, decide, commit, send), on a simulated Mesos and a
/// store, struck between any two effects. Safety is checked with every commit and every send, progress after the faults stop.
/// </summary>
internal sealed partial class ClusterSimulator
{
    private static readonly TimeSpan LongestSleep = TimeSpan.FromSeconds(1);

    private readonly Agenda agenda;
    private readonly Faults faults;
    private readonly Invariants invariants;
    private readonly Ledger ledger = new();
    private readonly SimulatedMesos mesos;
    private readonly ISimulatedStore store;
    private readonly Plant plant;
    private readonly Scenario scenario;
    private readonly SimulatedCommands.World world;
    private readonly Queue<Func<Task>> work = new();
    private readonly Chronicle chronicle;
    private Term? term;
    private string now = "";

    /// <summary>One leader from its take-over to its end.</summary>
    private sealed class Term(ClusterMachine machine, long epoch, DateTimeOffset since)
    {
        public DateTimeOffset Since { get; } = since;
        public ClusterMachine Machine { get; } = machine;
        public long Epoch { get; } = epoch;
        public Queue<SchedulerInput> Inputs { get; } = new();
        public List<LookUp> LookUps { get; } = [];
        public SimulatedMesos.Connection? Connection { get; set; }
        public bool IntakeRang { get; set; } = true;
        public bool IsOver { get; set; }
        public bool IsFrozen { get; set; }
        public DateTimeOffset? TurnAt { get; set; }
    }

    public ClusterSimulator(
        int seed, Plant? plant = null, Func<Ledger, Invariants, Agenda, ISimulatedStore>? store = null, Scenario? scenario = null)
    {
        this.plant = plant ?? new Plant();
        this.scenario = scenario ?? Scenario.Usual;
        invariants = new Invariants { IsOn = this.scenario.IsChecked };
        agenda = new Agenda(seed);
        chronicle = new Chronicle(agenda);
        faults = new Faults(agenda);
        mesos = new SimulatedMesos(agenda, faults, invariants);
        this.store = store?.Invoke(ledger, invariants, agenda) ?? new MemoryStore(ledger, invariants, this.plant);
        world = new SimulatedCommands.World(agenda, ledger, this.scenario.Commands);
        Later(TimeSpan.Zero, StartAsync);
        Chaos();
        Ask();
    }

    public int Steps { get; private set; }

    public int Terms { get; private set; }

    public int Commits { get; private set; }

    public Ledger Ledger => ledger;

    public int Launches => invariants.Launches;

    /// <summary>The last things that happened, oldest first.</summary>
    public string Trace => chronicle.ToString();

    /// <exception cref="InvariantBroken">Says what, after how many steps.</exception>
    public async Task RunAsync(int steps, int restSteps = 60_000)
    {
        try
        {
            while (Steps < steps)
                await StepAsync();
            faults.On = false;
            foreach (var agent in mesos.Agents)
                mesos.Heal(agent);
            var (subject, command) = MachineCommands.FreePlacement;
            await store.PutAsync(subject, command);
            var limit = Steps + restSteps;
            while (Steps < limit && !(Steps % 50 == 0 && AtRest()))
                await StepAsync();
            invariants.Holds(AtRest(), $"after the faults everything comes to rest, but {Restless()}");
            var runs = ledger.Deploys.Values.Count(d => d.Spec.Kind == RequestKind.RunOnce);
            invariants.Holds(invariants.Finals == runs, $"every run ends: {invariants.Finals} of {runs} did");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new InvariantBroken($"step {Steps}, {agenda.Now:HH:mm:ss.fff}, while {now}: {e.Message}", e);
        }
    }

    /// <summary>So many steps, and no rest after them.</summary>
    public async Task PlayAsync(int steps)
    {
        while (Steps < steps)
            await StepAsync();
    }

    private async Task StepAsync()
    {
        Steps++;
        agenda.Next();
        while (work.TryDequeue(out var next))
            await next();
    }

    private void Later(TimeSpan delay, Func<Task> what) => agenda.After(delay, () => work.Enqueue(what));

    private async Task StartAsync()
    {
        var (epoch, rows) = await store.TakeOverAsync();
        var machine = new ClusterMachine(scenario.Settings, scenario.Trust, rows, agenda.Now);
        var taken = term = new Term(machine, epoch, agenda.Now);
        Terms++;
        Note($"term {epoch} begins with {rows.Tasks.Count} tasks");
        agenda.After(agenda.Between(20, 800), () => Subscribe(taken));
        Wake(taken);
        Later(LongestSleep, () => BeatAsync(taken));
    }

    // The bell may be missed: the intake is looked at once a second.
    private Task BeatAsync(Term of)
    {
        if (of.IsOver)
            return Task.CompletedTask;
        of.IntakeRang = true;
        Wake(of);
        Later(LongestSleep, () => BeatAsync(of));
        return Task.CompletedTask;
    }

    private void Subscribe(Term of)
    {
        if (of.IsOver)
            return;
        if (of.IsFrozen)
        {
            agenda.After(agenda.Between(10, 500), () => Subscribe(of));
            return;
        }

        // The lease is looked at before; between the look and the call another may have come.
        if (of.Epoch < Terms && !agenda.OneIn(10))
        {
            of.IsOver = true;
            return;
        }

        of.Connection = mesos.Subscribe(
            of.Machine.Framework.FrameworkId, ledger.Framework?.FrameworkId, !of.Machine.WantsOffers, said => Receive(of, said));
    }

    private void Receive(Term of, MasterEvent said)
    {
        if (of.IsOver)
            return;
        Enqueue(of, new MasterEventReceived(plant.Receives(said)));
        if (said is Disconnected)
            agenda.After(agenda.Between(10, 4000), () => Subscribe(of));
        // As the loop does: soon after a take-over that was the last breath of the leader before.
        else if (said is SubscriptionEnded { End: SubscriptionEnd.FailedOver } && agenda.Now - of.Since < ClusterLoop.PredecessorTime)
            agenda.After(ClusterLoop.ResubscribePause, () => Subscribe(of));
    }

    private void Enqueue(Term of, SchedulerInput input)
    {
        if (of.IsOver)
            return;
        of.Inputs.Enqueue(input);
        Wake(of);
    }

    private void Wake(Term of, DateTimeOffset? at = null)
    {
        var due = at ?? agenda.Now + agenda.Between(0, 15);
        if (of.IsOver || of.IsFrozen || of.TurnAt <= due)
            return;
        of.TurnAt = due;
        agenda.At(due, () => work.Enqueue(() => of.TurnAt == due ? TurnAsync(of) : Task.CompletedTask));
    }

    private async Task TurnAsync(Term of)
    {
        of.TurnAt = null;
        if (of.IsOver || of.IsFrozen)
            return;
        foreach (var lookUp in of.LookUps.ToList())
            of.Inputs.Enqueue(new TaskLookedUp(lookUp.TaskId, lookUp.AgentId, await store.KnowsEndedAsync(lookUp.TaskId)));
        of.LookUps.Clear();
        var batch = new List<SchedulerInput>();
        for (var most = agenda.OneIn(3) ? 8 : 1; batch.Count < most && of.Inputs.TryDequeue(out var input);)
            batch.Add(input);
        var intake = await TakeIntakeAsync(of, batch);
        now = $"epoch {of.Epoch} hears {string.Join(", ", batch.Take(3))}";
        Note(now);
        var effects = of.Machine.Handle(batch, agenda.Now);
        scenario.Recorder?.Add(Steps, agenda.Now, batch, effects);
        await CommitAsync(of, effects, intake, batch.Count <= 1, faults.NextCrash);
        if (of.Inputs.Count > 0 || of.LookUps.Count > 0)
            Wake(of);
        else if (of.Machine.NextWake is { } wake)
            Wake(of, wake < agenda.Now + LongestSleep ? wake : agenda.Now + LongestSleep);
    }

    private async Task<IReadOnlyList<long>> TakeIntakeAsync(Term of, List<SchedulerInput> batch)
    {
        if (!of.IntakeRang)
            return [];
        of.IntakeRang = false;
        var items = await store.ReadCommandsAsync();
        batch.AddRange(ClusterLoop.InputsOf(items));
        return [.. items.Select(i => i.Id)];
    }

    private async Task CommitAsync(Term of, Effects effects, IReadOnlyList<long> intake, bool one, Crash crash)
    {
        foreach (var send in effects.Sends.Where(plant.SendsEarly))
            Carry(of, send);
        switch (crash)
        {
            case Crash.BeforeCommit:
                End(of, "killed before the commit");
                return;
            case Crash.CommitFails when effects.HasRows:
                if (!await store.FailsAsync(of.Epoch, effects, intake))
                    Committed(effects, one);
                End(of, "the commit failed, or seemed to");
                return;
            case Crash.Frozen when agenda.OneIn(2):
                Freeze(of, () => SaveAsync(of, effects, intake, one, effects.Sends));
                return;
        }

        var carried = crash is Crash.BetweenSends or Crash.Frozen ? agenda.Pick(0, effects.Sends.Count + 1) : effects.Sends.Count;
        await SaveAsync(of, effects, intake, one, crash == Crash.CommitUnknown ? [] : [.. effects.Sends.Take(carried)]);
        if (of.IsOver)
            return; // It was fenced: nothing of the step is durable, and nothing of it may leave.
        if (crash is Crash.CommitUnknown or Crash.BetweenSends)
            End(of, $"killed after the commit and {carried} of {effects.Sends.Count} sends");
        else if (crash == Crash.Frozen)
            Freeze(of, () =>
            {
                foreach (var send in effects.Sends.Skip(carried))
                    Carry(of, send);
                return Task.CompletedTask;
            });
    }

    private async Task SaveAsync(Term of, Effects effects, IReadOnlyList<long> intake, bool one, IReadOnlyList<Outgoing> carry)
    {
        if (of.IsOver)
            return;
        try
        {
            if (effects.HasRows || intake.Count > 0)
            {
                await store.SaveAsync(of.Epoch, effects, intake);
                Committed(effects, one);
                Commits++;
            }
        }
        catch (FencedException)
        {
            Note($"epoch {of.Epoch} is fenced");
            of.IsOver = true;
            return;
        }

        foreach (var send in carry)
        {
            if (!plant.SendsEarly(send))
                Carry(of, send);
        }

        foreach (var (after, input) in plant.Invents(carry))
            agenda.After(after, () => Enqueue(of, input));
    }

    private void End(Term of, string why)
    {
        Note($"epoch {of.Epoch} ends: {why}");
        of.IsOver = true;
        if (of.Connection is { } connection)
            connection.IsOpen = false;
        Later(agenda.Between(200, 4000), StartAsync);
    }

    /// <summary>It stands still with everything in its hands; another takes over; then it goes on where it was.</summary>
    private void Freeze(Term of, Func<Task> rest)
    {
        Note($"epoch {of.Epoch} freezes");
        of.IsFrozen = true;
        Later(agenda.Between(200, 4000), StartAsync);
        Later(agenda.Between(100, 12_000), async () =>
        {
            Note($"epoch {of.Epoch} wakes");
            of.IsFrozen = false;
            await rest();
            Wake(of);
        });
    }

    private void Carry(Term of, Outgoing send)
    {
        invariants.Sends(ledger, send);
        switch (send)
        {
            case Launch launch:
                Call(of, Messages.AcceptOf(launch));
                break;
            case Call call:
                Call(of, call.Message);
                break;
            case LookUp lookUp:
                of.LookUps.Add(lookUp);
                break;
            case RunProbe probe:
                agenda.After(agenda.Between(1, 300), () => Enqueue(of, new ProbeCompleted(
                    probe.TaskId, agenda.Now, TimeSpan.FromMilliseconds(1),
                    mesos.Find(probe.TaskId) is { IsWell: true, State: TaskState.Running },
                    200, null)));
                break;
        }
    }

    private void Call(Term of, MasterCall call)
    {
        if (of.Connection is not { } connection)
            return;
        var lost = faults.LoseCall;
        if (!lost)
            mesos.Call(connection, call);
        if (lost ? agenda.OneIn(2) : faults.FalseAlarm)
            agenda.After(agenda.Between(5, 2000), () => Enqueue(of, new SendFailed(call, "the connection broke")));
    }

    private void Committed(Effects effects, bool one)
    {
        chronicle.Written(effects);
        invariants.Commit(ledger, effects, one);
    }

    private void Note(string what) => chronicle.Note(what);
}
