using System.Diagnostics;
using System.Globalization;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.Mesos;
using Pipeline.Scheduler.Contract.Deploys;
using Pipeline.Scheduler.Core;
using Pipeline.Scheduler.Core.Messages;
using Pipeline.Scheduler.Core.State;

namespace Pipeline.Bench;

/// <summary>The decisions alone: no database, no wire. One deploy of so many instances, then one offer of every agent at once.</summary>
internal static class PlacementLoad
{
    public static void Run(int tasks, int agents)
    {
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{tasks} identical tasks on {agents} agents of 25 racks, core only"));
        Console.WriteLine("| Placement | submit | place | placed | why, none fits |");
        Console.WriteLine("|---|---|---|---|---|");
        Row("balanced", new Placement(), tasks, agents);
        Row("rack sensitive", new Placement(RackSensitive: true), tasks, agents);
        Row("greedy", new Placement(PlacementStrategy.Greedy), tasks, agents);
        Row("optimistic", new Placement(PlacementStrategy.Optimistic), tasks, agents);
        Row("separate, one each", new Placement(PlacementStrategy.SeparateByDeploy), Math.Min(tasks, agents), agents);
        ManyRequests(1000, agents);
    }

    private static void Row(string name, Placement placement, int tasks, int agents)
    {
        var machine = NewMachine();
        var now = DateTimeOffset.UnixEpoch;
        var submit = Time(() => machine.Handle(new SubmitDeployCommand(Deploy("big", tasks, placement)), now));
        var placed = 0;
        var offers = Offers(agents, 16);
        var place = Time(() => placed = machine.Handle(offers, now).Sends.OfType<Launch>().Sum(l => l.Tasks.Count));
        var hungry = NewMachine();
        hungry.Handle(new SubmitDeployCommand(Deploy("big", tasks, placement)), now);
        var tooSmall = Offers(agents, 0.1m);
        var why = Time(() => hungry.Handle(tooSmall, now));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {submit.TotalSeconds:0.00} s | {place.TotalSeconds:0.00} s | {placed} | {why.TotalSeconds:0.00} s |"));
    }

    private static void ManyRequests(int requests, int agents)
    {
        var machine = NewMachine();
        var now = DateTimeOffset.UnixEpoch;
        for (var i = 0; i < requests; i++)
            machine.Handle(new SubmitDeployCommand(Deploy($"r{i}", 3, new Placement())), now);
        var placed = 0;
        var offers = Offers(agents, 16);
        var place = Time(() => placed = machine.Handle(offers, now).Sends.OfType<Launch>().Sum(l => l.Tasks.Count));
        Console.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"| {requests} requests of 3 | | {place.TotalSeconds:0.00} s | {placed} | |"));
    }

    private static ClusterMachine NewMachine()
    {
        var machine = new ClusterMachine(
            new CoreSettings("bench", "pipeline") { MaxInstances = 1_000_000 }, (_, _) => null, Snapshot.Empty, DateTimeOffset.UnixEpoch);
        machine.Handle(
            new MasterEventReceived(new Subscribed("fw", TimeSpan.FromSeconds(15), "m", "m:5050", "1")), DateTimeOffset.UnixEpoch);
        return machine;
    }

    private static DeploySubmission Deploy(string id, int instances, Placement placement) => new(
        "bench", "request-" + id, id, RequestKind.Service, instances, new ResourceNeed(1, 1024, 100, 1), null, TimeSpan.FromHours(1),
        TimeSpan.FromSeconds(10), "{}", [], null, null, null, JournalSubject.None, Actor.System("bench"))
    {
        Options = DeployOptions.Default with { Placement = placement },
    };

    private static MasterEventReceived Offers(int agents, decimal cpus) =>
        new(new OffersReceived([.. Enumerable.Range(0, agents).Select(n => new Offer(
        $"o{n}", $"agent-{n:00000}", $"host-{n:00000}", "10.0.0.1", "http://10.0.0.1:5051", "pipeline",
        new OfferedResources(cpus, 32_768, 100_000, [new PortRange(31000, 32000)]),
        new Dictionary<string, string> { ["rack"] = $"rack-{n % 25:00}" }, null))]));

    private static TimeSpan Time(Action what)
    {
        var began = Stopwatch.GetTimestamp();
        what();
        return Stopwatch.GetElapsedTime(began);
    }
}
