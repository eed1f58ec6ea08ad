using System.Globalization;
using Pipeline.Bench;
using Pipeline.Bench.Scheduling;

// bench/run pushes [N]      push → planned → first step → production, of N pushes of a trivial service (100)
// bench/run webhook [RATE] [SECONDS]   time to answer a delivery at RATE a second (500), durable before the answer
// bench/run scheduler       every row of the scheduler, one after the other; or only core | database | wire | failover
// bench/run commands [N]    operators' commands a second that the loop takes (20000)
// bench/run scheduler-retire [INSTANCES]   core alone: one huge request bounced and scaled down (20000)
// bench/run scheduler-wire [AGENTS] [TASKS]   one row over HTTP against localmesos --virtual_agents (2500, 22500)
switch (args)
{
    case ["pushes", .. var rest]:
        await PushLatency.RunAsync(Number(rest, 0, 100));
        return 0;
    case ["webhook", .. var rest]:
        await WebhookLoad.RunAsync(Number(rest, 0, 500), Number(rest, 1, 10));
        return 0;
    case ["scheduler"] or ["scheduler", "core" or "database" or "wire" or "failover"]:
        await SchedulerRows.RunAsync(args.ElementAtOrDefault(1));
        return 0;
    case ["commands", .. var rest]:
        await CommandLoad.RunAsync(Number(rest, 0, 20_000));
        return 0;
    case ["scheduler-retire", .. var rest]:
        RetireLoad.Run(Number(rest, 0, 20_000));
        return 0;
    case ["scheduler-wire", .. var rest]:
        await WireLoad.RunAsync(Number(rest, 1, 22_500), Number(rest, 0, 2_500));
        return 0;
    default:
        Console.Error.WriteLine(
            "usage: bench/run pushes [N] | webhook [RATE] [SECONDS] | scheduler [core|database|wire|failover] | scheduler-wire [AGENTS] [TASKS] "
            + "| scheduler-retire [INSTANCES] | commands [N]");
        return 2;
}

static int Number(string[] arguments, int index, int otherwise) =>
    arguments.Length > index ? int.Parse(arguments[index], CultureInfo.InvariantCulture) : otherwise;
