using System.Diagnostics;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.Model;
using Pipeline.Scheduler.Core.State;
using TaskStatus = Pipeline.Mesos.TaskStatus;

namespace Pipeline.Bench;

/// <summary>
/// The core alone with one request of many instances: bounced, scaled down while it waits, scaled down while it runs, removed.
/// </summary>
internal static class RetireLoad
{
    private static readonly Actor Somebody = Actor.System("bench");

    public static void Run(int instances)
    {
        Console.WriteLine($"core alone, one request of {instances} instances");
        var run = new Cluster(instances);
        run.Measure("placed and running", run.RunAll);
        run.Measure("bounced: replacements run, the old end", () =>
        {
            run.Do(new BounceCommand("web", false, 1, false, By()));
            run.RunAll();
            run.EndKilled();
        });
        run.Measure("scaled down to 1 while running", () =>
        {
            run.Do(new ScaleCommand("web", 1, true, false, By()));
            run.EndKilled();
        });
        run.Measure("scaled up and down again while nothing has a place", () =>
        {
            run.Do(new ScaleCommand("web", instances, true, false, By()));
            run.Do(new ScaleCommand("web", 1, true, false, By()));
        });
    }

    private static CommandOrigin By() => new(Somebody, null);

    private sealed class Cluster
    {
        private readonly ClusterMachine machine;
        private readonly Dictionary<string, TaskRecord> live = new(StringComparer.Ordinal);
        private readonly int agents;
        private DateTimeOffset now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        private int numbers;

        public Cluster(int instances)
        {
            agents = Math.Max(1, instances / 50);
            machine = new ClusterMachine(
                new CoreSettings("bench", "pipeline") { MaxInstances = 1_000_000 }, (_, _) => null, Snapshot.Empty, now);
            Do(new MasterEventReceived(new Subscribed("fw", TimeSpan.FromSeconds(15), "m", "m:5050", "1.12.0")));
            Do(new SubmitDeployCommand(new DeploySubmission(
                "bench", "web", "v1", RequestKind.Service, instances, new ResourceNeed(0.1m, 32, 0, 0), null, TimeSpan.FromHours(1),
                TimeSpan.FromSeconds(10), "{}", [], null, null, null, JournalSubject.None, Somebody)));
        }

        public void Measure(string what, Action step)
        {
            var began = Stopwatch.GetTimestamp();
            step();
            Console.WriteLine($"  {what,-52} {Stopwatch.GetElapsedTime(began).TotalSeconds,8:0.00} s");
        }

        public void Do(params SchedulerInput[] inputs)
        {
            foreach (var row in machine.Handle(inputs, now).Tasks.Values)
            {
                if (row.IsLive)
                    live[row.Id] = row;
                else
                    live.Remove(row.Id);
            }
        }

        public void RunAll()
        {
            while (live.Values.Any(t => t.Phase == TaskPhase.Pending))
            {
                now += TimeSpan.FromSeconds(5);
                Do(new MasterEventReceived(new OffersReceived([.. Enumerable.Range(0, agents).Select(OfferOf)])));
                foreach (var task in live.Values.Where(t => t.Phase == TaskPhase.Launching).ToList())
                    Say(task, TaskState.Running);
            }
        }

        public void EndKilled()
        {
            foreach (var task in live.Values.Where(t => t.KillCause is not null).ToList())
                Say(task, TaskState.Killed);
        }

        private void Say(TaskRecord task, TaskState state) => Do(new MasterEventReceived(new TaskUpdated(new TaskStatus(
            task.Id, state, task.AgentId, "SOURCE_EXECUTOR", null, null, BitConverter.GetBytes(++numbers), null, now, null, null))));

        private Offer OfferOf(int agent) => new(
            $"o{++numbers}", $"a{agent}", $"host{agent}", "10.0.0.1", "http://10.0.0.1:5051", "pipeline",
            new OfferedResources(20, 8192, 8192, []),
            new Dictionary<string, string> { ["rack"] = $"r{agent % 4}" }, null);
    }
}
