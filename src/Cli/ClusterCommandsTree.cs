using System.CommandLine;
using System.Globalization;

namespace Pipeline.Cli;

/// <summary><c>pipeline cluster …</c>: how a cluster and the loop that leads it stand, and what holds for all of it.</summary>
internal static class ClusterCommandsTree
{
    private static readonly Argument<string> Name = new("CLUSTER") { Description = "Its name." };

    public static void Add(RootCommand root, Maker make) => root.Add(new Command("cluster", "Clusters.")
    {
        make.List("The clusters.", (_, _, _) => Task.FromResult("api/v1/clusters"),
            [
                new("cluster", "name"), new("state", "state"), new("agents", "agents"), new("active tasks", "activeTasks"),
                new("pending", "pendingTasks"), new("leader", "leader"),
            ]),
        make.Show("show", "One cluster.", Name, (_, c, _) => Task.FromResult(Path(c))),
        make.Show(
            "loop", "How its leader's loop stands: reconcile age, update and ack lag, offers declined by reason.", Name,
            (_, c, _) => Task.FromResult(Path(c) + "/loop")),
        Offers(make),
        make.Verb("reconcile", "Asks the master for the state of everything.", async (s, p, ct) =>
        {
            await s.Api.PostAsync(Path(p.GetValue(Name)!) + "/reconcile", null, ct);
            s.Out.Say("Asked.");
            return Exit.Done;
        }, Name),
        Freeze(make),
        Thaw(make),
        Place(make),
        Quarantine(make),
        Release(make),
        Reset(make),
    });

    private static string Path(string cluster) => $"api/v1/clusters/{Uri.EscapeDataString(cluster)}";

    private static Command Offers(Maker make)
    {
        var declined = new Option<bool>("--declined") { Description = "The last that were given back, with the reason." };
        return make.Verb("offers", "The offers that its leader holds now.", async (s, p, ct) =>
        {
            var path = Path(p.GetValue(Name)!) + "/offers";
            if (p.GetValue(declined))
            {
                s.Out.Table(
                    await s.Api.GetAsync(path + "/declined", ct), new("at", "at"), new("agent", "host"), new("rack", "rack"),
                    new("cpus", "resources.cpus"), new("memory", "resources.memoryMb"), new("why", "words"),
                    new("not again for (s)", "refusedForSeconds"));
            }
            else
            {
                s.Out.Table(
                    await s.Api.GetAsync(path, ct), new("offer", "id"), new("agent", "host"), new("rack", "rack"), new("cpus", "resources.cpus"),
                    new("memory", "resources.memoryMb"), new("ports", "ports"), new("since", "since"));
            }

            return Exit.Done;
        }, Name, declined);
    }

    private static Command Freeze(Maker make)
    {
        var asked = new Asked();
        var level = new Argument<string>("LEVEL") { Description = "Above 0, up to 1: nothing below it starts." };
        var kill = new Option<bool>("--kill") { Description = "What runs below it is killed, and returns when the freeze ends." };
        return make.Verb("freeze", "Nothing below a priority starts.", async (s, p, ct) =>
        {
            await Asked.AskAsync(
                s, Path(p.GetValue(Name)!) + "/priority-freeze",
                new
                {
                    level = Number(p.GetValue(level)!), kill = p.GetValue(kill), reason = p.GetValue(asked.Reason), durationSeconds = asked.Seconds(p),
                },
                ct);
            return Exit.Done;
        }, Name, level, kill, asked.Reason, asked.Duration);
    }

    private static Command Thaw(Maker make)
    {
        var asked = new Asked();
        return make.Verb("thaw", "Lifts the freeze of priorities.", async (s, p, ct) =>
        {
            await asked.EndAsync(s, p, Path(p.GetValue(Name)!) + "/priority-freeze", ct);
            return Exit.Done;
        }, Name, asked.Reason);
    }

    private static Command Place(Maker make)
    {
        var asked = new Asked();
        var strategy = new Option<string?>("--strategy")
        {
            Description = "balanced, greedy, separate-by-deploy, separate-by-request, optimistic, spread-all.",
        };
        var racks = new Option<bool?>("--rack-sensitive") { Description = "Even over the racks." };
        return make.Verb("place", "Forces a placement on everything; without options each request decides again.", async (s, p, ct) =>
        {
            var path = Path(p.GetValue(Name)!) + "/placement";
            if (p.GetValue(strategy) is null && TaskCommandsTree.Given(p, racks) is null)
                await asked.EndAsync(s, p, path, ct);
            else
            {
                Asked.Tell(s, await s.Api.PutAsync(
                    path, new { strategy = p.GetValue(strategy), rackSensitive = TaskCommandsTree.Given(p, racks), reason = p.GetValue(asked.Reason) },
                    ct));
            }

            return Exit.Done;
        }, Name, strategy, racks, asked.Reason);
    }

    private static Command Quarantine(Maker make) => make.Verb(
        "quarantine", "What could not be digested and was set aside.", async (s, p, ct) =>
        {
            s.Out.Table(
                await s.Api.GetAsync(Path(p.GetValue(Name)!) + "/quarantine", ct), new("entry", "id"), new("kind", "kind"), new("what", "subjectId"),
                new("times", "times"), new("since", "at"), new("released", "releasedAt"), new("reason", "reason"));
            return Exit.Done;
        }, Name);

    private static Command Release(Maker make)
    {
        var entry = new Argument<long>("ENTRY") { Description = "Its number, from the list." };
        return make.Verb("release", "Tries again what was set aside.", async (s, p, ct) =>
        {
            await s.Api.PostAsync(
                $"{Path(p.GetValue(Name)!)}/quarantine/{p.GetValue(entry).ToString(CultureInfo.InvariantCulture)}/release", null, ct);
            s.Out.Say("Released.");
            return Exit.Done;
        }, Name, entry);
    }

    private static Command Reset(Maker make)
    {
        var drop = new Option<bool>("--drop-id") { Description = "As a new framework: everything starts anew." };
        var confirm = new Option<string?>("--confirm") { Description = "The cluster's name once more: it is meant." };
        return make.Verb("reset-framework", "Subscribes again after the framework was failed over or removed.", async (s, p, ct) =>
        {
            var name = p.GetValue(Name)!;
            if (p.GetValue(confirm) != name)
                throw new Failure(Exit.Usage, "This decides about everything that runs in the cluster.", $"Add --confirm {name}.");
            await Asked.AskAsync(s, Path(name) + "/framework/reset", new { confirm = p.GetValue(drop) ? "drop-id" : "take-over" }, ct);
            return Exit.Done;
        }, Name, drop, confirm);
    }

    internal static decimal Number(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number <= 1
            ? number
            : throw new Failure(Exit.Usage, $"'{text}' is not a number from 0 to 1.", "Write 0.7.");
}
