using System.Globalization;
using Pipeline.Bench;

// bench/run pushes [N]      push → planned → first step → production, of N pushes of a trivial service (100)
// bench/run webhook [RATE] [SECONDS]   time to answer a delivery at RATE a second (500), durable before the answer
// bench/run scheduler [TASKS] [AGENTS]  core alone, then with loop and PostgreSQL, a master in the process (22500 on 2500)
// bench/run scheduler-wire [AGENTS] [TASKS]   the same over HTTP against localmesos --virtual_agents (2500, 22500)
switch (args)
{
    case ["pushes", .. var rest]:
        await PushLatency.RunAsync(rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 100);
        return 0;
    case ["webhook", .. var rest]:
        await WebhookLoad.RunAsync(rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 500, rest.Length > 1 ? int.Parse(rest[1], CultureInfo.InvariantCulture) : 10);
        return 0;
    case ["scheduler", .. var rest]:
        await SchedulerLoad.RunAsync(
            rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 22_500,
            rest.Length > 1 ? int.Parse(rest[1], CultureInfo.InvariantCulture) : 2_500);
        return 0;
    case ["scheduler-wire", .. var rest]:
        await WireLoad.RunAsync(
            rest.Length > 1 ? int.Parse(rest[1], CultureInfo.InvariantCulture) : 22_500,
            rest.Length > 0 ? int.Parse(rest[0], CultureInfo.InvariantCulture) : 2_500);
        return 0;
    default:
        Console.Error.WriteLine(
            "usage: bench/run pushes [N] | webhook [RATE] [SECONDS] | scheduler [TASKS] [AGENTS] | scheduler-wire [AGENTS] [TASKS]");
        return 2;
}
