using Pipeline.Kernel;
using Pipeline.Mesos;
using Pipeline.Scheduler.Core;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Scheduler.Tests.Core;

/// <summary>
/// Random histories with lost and doubled updates, rescinds, lost agents, lost calls, restarts from the rows. Safety after every step;
/// when the faults stop, everything gets done. A failure names its seed: run it alone with <c>Replay</c>.
/// </summary>
public sealed class SimulationTests
{
    public static IEnumerable<TheoryDataRow<int>> Seeds => Enumerable.Range(1, 60).Select(s => new TheoryDataRow<int>(s));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void A_random_history_is_safe_and_comes_to_rest(int seed) => new World(seed).Run(500);

    private sealed class World(int seed)
    {
        private readonly Random random = new(seed);
        private readonly Dictionary<string, SimulatedTask> running = new(StringComparer.Ordinal);
        private readonly Dictionary<string, SimulatedOffer> offers = new(StringComparer.Ordinal);
        private readonly List<MasterEvent> inFlight = [];
        private readonly Dictionary<string, TaskRecord> rows = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Deploy> deploys = new(StringComparer.Ordinal);
        private readonly Dictionary<string, Request> requests = new(StringComparer.Ordinal);
        private readonly HashSet<string> everLaunched = new(StringComparer.Ordinal);
        private readonly List<RunProbe> probes = [];
        private readonly List<LookUp> lookUps = [];
        private readonly HashSet<string> lostAgents = new(StringComparer.Ordinal);
        private readonly Dictionary<string, TaskFinished> finals = new(StringComparer.Ordinal);
        private FrameworkRecord framework = Snapshot.Empty.Framework;
        private ClusterMachine machine = null!;
        private DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private bool faults = true;
        private int counter;
        private int submitted;

        private sealed record SimulatedTask(string Agent, ResourceNeed Needs, bool IsRun)
        {
            public int Progress { get; set; }
        }

        private sealed record SimulatedOffer(string Agent, decimal Cpus, int FirstPort);

        public void Run(int steps)
        {
            Restart();
            for (var step = 0; step < steps; step++)
            {
                Step(step);
                Check();
            }

            faults = false;
            lostAgents.Clear();
            Restart();
            for (var step = 0; step < 4000 && !AtRest(); step++)
            {
                Step(steps + step);
                Check();
            }

            Assert.True(AtRest(), $"seed {seed} does not come to rest: {string.Join("; ", rows.Values.Where(r => r.IsLive).Take(5))}");
            Assert.Equal(submitted, finals.Count);
        }

        private void Step(int step)
        {
            now += TimeSpan.FromMilliseconds(random.Next(50, 900));
            switch (random.Next(14))
            {
                case 0 when faults && step % 3 == 0:
                    submitted++;
                    Do(new RunSubmitted(Machine.Build($"run{submitted}", retries: 3)));
                    break;
                case 1 when faults && step % 10 == 0:
                    Do(new DeploySubmitted(Machine.Web($"web{step}", random.Next(1, 4), random.Next(2) == 0 ? Machine.Ready : null)));
                    break;
                case 2 when faults:
                    LoseAgent();
                    break;
                case 3 when faults:
                    Rescind();
                    break;
                case 4 when faults && random.Next(8) == 0:
                    Restart();
                    break;
                case 5 when faults && submitted > 0:
                    Do(new RunCancelled($"run{random.Next(1, submitted + 1)}", "no", Actor.System("test")));
                    break;
                case 6 or 7:
                    Offer();
                    break;
                case 8 or 9 or 10:
                    Advance();
                    break;
                case 11:
                    Answer();
                    break;
                default:
                    Deliver();
                    break;
            }

            Do(new Tick());
        }

        private bool AtRest() => rows.Values.All(r => !r.IsLive || r.IsHealthy) && inFlight.Count == 0
            && requests.Values.All(r => r.PendingDeploy is null) && deploys.Values.All(d =>
                d.State is not (DeployState.Deploying or DeployState.Retiring));

        private void Restart()
        {
            var live = deploys.Values.Where(d => d.IsLive || rows.Values.Any(t => t.IsLive && t.DeployId == d.Id)).ToList();
            var attempts = rows.Values.GroupBy(t => (t.DeployId, t.Instance)).ToDictionary(g => g.Key, g => g.Max(t => t.Attempt));
            var snapshot = new Snapshot(framework, [.. requests.Values], live, [.. rows.Values.Where(t => t.IsLive)], [], attempts);
            machine = new ClusterMachine(new CoreSettings("test", "pipeline"), (_, _) => null, snapshot, now);
            offers.Clear();
            probes.Clear();
            lookUps.Clear();
            Do(new MasterSaid(new Subscribed("fw", TimeSpan.FromSeconds(15), "m", "m:5050", "1")));
        }

        private void Do(SchedulerInput input)
        {
            var effects = machine.Handle(input, now);
            foreach (var (id, row) in effects.Tasks)
            {
                Assert.True(!rows.TryGetValue(id, out var before) || before.IsLive, $"seed {seed}: {id} changed after its end");
                rows[id] = row;
            }

            foreach (var (id, row) in effects.Deploys)
                deploys[id] = row;
            foreach (var (id, row) in effects.Requests)
                requests[id] = row;
            framework = effects.Framework ?? framework;
            foreach (var end in effects.Events.Select(e => e.Event).OfType<TaskFinished>().Where(e =>
                e.Final && e.DeployId.StartsWith("run", StringComparison.Ordinal)))
                Assert.True(finals.TryAdd(end.DeployId, end), $"seed {seed}: {end.DeployId} ended twice");
            foreach (var send in effects.Sends)
                Carry(send);
        }

        private void Carry(Outgoing send)
        {
            switch (send)
            {
                case Launch launch:
                    Accept(launch);
                    break;
                case RunProbe probe:
                    probes.Add(probe);
                    break;
                case LookUp lookUp:
                    lookUps.Add(lookUp);
                    break;
                case Call { Message: KillTask kill } when !Lost():
                    if (!running.Remove(kill.TaskId, out var task))
                        Say(kill.TaskId, kill.AgentId is null ? TaskState.Unknown : TaskState.Gone, fromMaster: true,
                            "REASON_RECONCILIATION");
                    else
                        Say(kill.TaskId, TaskState.Killed);
                    break;
                case Call { Message: DeclineOffers decline }:
                    foreach (var id in decline.OfferIds)
                        offers.Remove(id);
                    break;
                case Call { Message: ReconcileTasks reconcile } when !Lost():
                    Reconcile(reconcile);
                    break;
            }
        }

        private void Reconcile(ReconcileTasks asked)
        {
            var ids = asked.Tasks.Count == 0 ? running.Keys.Order(StringComparer.Ordinal).ToList() : asked.Tasks.Select(t =>
                t.TaskId).ToList();
            foreach (var id in ids)
            {
                if (!running.TryGetValue(id, out var task))
                    Say(id, TaskState.Gone, fromMaster: true, "REASON_RECONCILIATION");
                else
                    Say(id, lostAgents.Contains(task.Agent) ? TaskState.Unreachable : task.Progress >= 2 ? TaskState.Running
                        : TaskState.Starting, fromMaster: true, "REASON_RECONCILIATION");
            }
        }

        private void Accept(Launch launch)
        {
            foreach (var (task, _) in launch.Tasks)
            {
                Assert.True(everLaunched.Add(task.Id), $"seed {seed}: {task.Id} was launched twice");
                Assert.Equal(TaskPhase.Launching, rows[task.Id].Phase);
            }

            var held = launch.OfferIds.Select(id => offers.TryGetValue(id, out var offer) ? offer : null).ToList();
            foreach (var id in launch.OfferIds)
                offers.Remove(id);
            if (held.Contains(null))
            {
                foreach (var (task, _) in launch.Tasks)
                    Say(task.Id, TaskState.Dropped, fromMaster: true, "REASON_INVALID_OFFERS");
                return;
            }

            Assert.True(launch.Tasks.Sum(t => t.Task.Needs.Cpus) <= held.Sum(o => o!.Cpus),
                $"seed {seed}: offers of {launch.AgentId} are overcommitted");
            var ports = launch.Tasks.SelectMany(t => t.Task.Ports).ToList();
            Assert.True(ports.Distinct().Count() == ports.Count, $"seed {seed}: a port was given twice");
            if (Lost())
                return;
            foreach (var (task, spec) in launch.Tasks)
                running[task.Id] = new SimulatedTask(launch.AgentId, task.Needs, spec.Kind == RequestKind.RunOnce);
        }

        private bool Lost() => faults && random.Next(6) == 0;

        private void Say(string taskId, TaskState state, bool fromMaster = false, string? reason = null, string? message = null)
        {
            // From the master: may be lost. From an agent: comes until acknowledged, at times twice.
            if (fromMaster && Lost())
                return;
            var agent = rows.TryGetValue(taskId, out var row) ? row.AgentId : "a1";
            var update = new TaskUpdated(new TaskStatus(
                taskId, state, agent, null, reason, message, fromMaster ? null : BitConverter.GetBytes(++counter), null, now, null, null));
            inFlight.Add(update);
            if (faults && !fromMaster && random.Next(5) == 0)
                inFlight.Add(update);
        }

        private void Deliver()
        {
            if (inFlight.Count == 0)
                return;
            var next = random.Next(inFlight.Count);
            // The order is kept for each task.
            var task = ((TaskUpdated)inFlight[next]).Status.TaskId;
            next = inFlight.FindIndex(e => ((TaskUpdated)e).Status.TaskId == task);
            var said = inFlight[next];
            inFlight.RemoveAt(next);
            Do(new MasterSaid(said));
        }

        private void Advance()
        {
            if (running.Count == 0)
                return;
            var id = running.Keys.Order(StringComparer.Ordinal).ElementAt(random.Next(running.Count));
            var task = running[id];
            if (lostAgents.Contains(task.Agent))
                return;
            task.Progress++;
            if (task.Progress <= 2)
                Say(id, task.Progress == 1 ? TaskState.Starting : TaskState.Running);
            else if (task.IsRun || (faults && random.Next(6) == 0))
                Finish(id);
        }

        private void Finish(string id)
        {
            running.Remove(id);
            if (faults && random.Next(4) == 0)
                Say(id, TaskState.Failed, message: "Command exited with status 1");
            else
                Say(id, TaskState.Finished, message: "Command exited with status 0");
        }

        private void Offer()
        {
            var agent = $"a{random.Next(1, 5)}";
            if (lostAgents.Contains(agent))
                return;
            var id = $"o{++counter}";
            var first = 31000 + counter * 4 % 4000;
            offers[id] = new SimulatedOffer(agent, 2, first);
            Do(new MasterSaid(new OffersReceived([new Offer(
                id, agent, agent, "10.0.0.1", "", "pipeline", new OfferedResources(2, 4096, 8192, [new PortRange(first, first + 3)]),
                new Dictionary<string, string> { ["rack"] = agent is "a1" or "a2" ? "r1" : "r2" }, null)])));
        }

        private void Rescind()
        {
            if (offers.Count == 0)
                return;
            var id = offers.Keys.Order(StringComparer.Ordinal).ElementAt(random.Next(offers.Count));
            offers.Remove(id);
            if (random.Next(2) == 0)
                Do(new MasterSaid(new OfferRescinded(id)));
        }

        private void LoseAgent()
        {
            var agent = $"a{random.Next(1, 5)}";
            if (lostAgents.Remove(agent))
            {
                foreach (var id in running.Where(r => r.Value.Agent == agent).Select(r => r.Key).Order(StringComparer.Ordinal))
                    Say(id, TaskState.Running, fromMaster: true, "REASON_AGENT_REREGISTERED");
                return;
            }

            if (random.Next(3) != 0)
                return;
            lostAgents.Add(agent);
            foreach (var offer in offers.Where(o => o.Value.Agent == agent).Select(o => o.Key).ToList())
                offers.Remove(offer);
            Do(new MasterSaid(new AgentRemoved(agent)));
            foreach (var id in running.Where(r => r.Value.Agent == agent).Select(r => r.Key).Order(StringComparer.Ordinal))
                Say(id, TaskState.Unreachable, fromMaster: true, "REASON_AGENT_REMOVED");
        }

        private void Answer()
        {
            foreach (var lookUp in lookUps.ToList())
                Do(new LookedUp(lookUp.TaskId, lookUp.AgentId, rows.TryGetValue(lookUp.TaskId, out var row) && !row.IsLive));
            lookUps.Clear();
            foreach (var probe in probes.ToList())
            {
                probes.Remove(probe);
                Do(new ProbeAnswered(probe.TaskId, now, TimeSpan.FromMilliseconds(1), !faults || random.Next(4) > 0, 200, null));
            }
        }

        private void Check()
        {
            foreach (var request in requests.Values.Where(r => r.Kind != RequestKind.RunOnce && r.ActiveDeploy is not null))
            {
                var active = deploys[request.ActiveDeploy!];
                // A live deploy always has each of its instances, whatever happens: running, starting or waiting for a place.
                if (active.IsLive)
                    Assert.Equal(active.Spec.Instances, rows.Values.Where(t => t.IsLive && t.DeployId == active.Id).Select(t =>
                        t.Instance).Distinct().Count());
            }

            foreach (var run in deploys.Values.Where(d => d.Spec.Kind == RequestKind.RunOnce))
                Assert.True(rows.Values.Count(t => t.IsLive && t.DeployId == run.Id) == (run.IsLive ? 1 : 0),
                    $"seed {seed}: run {run.Id} has not one live attempt");
        }
    }
}
