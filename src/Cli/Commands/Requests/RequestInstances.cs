using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using static Pipeline.Cli.Commands.Requests.RequestLookup;
using static Pipeline.Cli.Commands.Requests.RequestProgress;

namespace Pipeline.Cli.Commands.Requests;

/// <summary>The verbs of <c>pipeline request …</c> that start, stop or replace instances.</summary>
internal static class RequestInstances
{
    public static IEnumerable<Command> Verbs(CommandFactory factory) =>
        [Scale(factory), Bounce(factory), Pause(factory), Unpause(factory), RunNow(factory)];

    private static Command Scale(CommandFactory factory)
    {
        var options = new OperatorOptions();
        var instances = new Argument<int>("INSTANCES") { Description = "The number of instances, from 0." };
        var acknowledged = new Option<bool>("--acknowledged") { Description = "Confirm a large drop in the number of instances." };
        var bounce = new Option<bool>("--bounce") { Description = "Replace every instance too." };
        return factory.Verb("scale", "Set the number of instances; --duration limits it in time.", async (session, parsed, ct) =>
        {
            var wanted = parsed.GetValue(instances);
            var body = new
            {
                instances = wanted, acknowledged = parsed.GetValue(acknowledged), bounce = parsed.GetValue(bounce),
                reason = parsed.GetValue(options.Reason), durationSeconds = options.DurationSeconds(parsed),
            };
            await OperatorChange.PostAsync(session, await PathAsync(session, parsed, ct) + "/scale", body, ct);
            return await WaitAsync(session, parsed, options,
                now => Healthy(now) == wanted && Active(now) == wanted && !IsChanged(now, "bounce"), ct);
        }, [Request, instances, Cluster, acknowledged, bounce, .. options.All]);
    }

    private static Command Bounce(CommandFactory factory)
    {
        var options = new OperatorOptions();
        var incremental = new Option<bool>("--incremental") { Description = "Replace a few instances at a time instead of all at once." };
        var atATime = new Option<int?>("--at-a-time") { Description = "Number of instances at a time, with --incremental; default: 1." };
        var skipHealth = new Option<bool>("--skip-health") { Description = "Count a replacement as healthy as soon as it runs." };
        return factory.Verb("bounce", "Replace every instance with a new one of the same version.", async (session, parsed, ct) =>
        {
            var body = new
            {
                incremental = parsed.GetValue(incremental), atATime = parsed.GetValue(atATime), skipHealth = parsed.GetValue(skipHealth),
                reason = parsed.GetValue(options.Reason), durationSeconds = options.DurationSeconds(parsed),
            };
            await OperatorChange.PostAsync(session, await PathAsync(session, parsed, ct) + "/bounce", body, ct);
            return await WaitAsync(session, parsed, options, now => !IsChanged(now, "bounce"), ct);
        }, [Request, Cluster, incremental, atATime, skipHealth, .. options.All]);
    }

    private static Command Pause(CommandFactory factory)
    {
        var options = new OperatorOptions();
        var keep = new Option<bool>("--keep-tasks") { Description = "Let running tasks go on; they are not replaced when they end." };
        return factory.Verb("pause", "Stop all tasks; none starts until unpause or the end of --duration.", async (session, parsed, ct) =>
        {
            var kill = !parsed.GetValue(keep);
            var body = new { kill, reason = parsed.GetValue(options.Reason), durationSeconds = options.DurationSeconds(parsed) };
            await OperatorChange.PostAsync(session, await PathAsync(session, parsed, ct) + "/pause", body, ct);
            return await WaitAsync(session, parsed, options, now => IsChanged(now, "pause") && (!kill || Active(now) == 0), ct);
        }, [Request, Cluster, keep, .. options.All]);
    }

    private static Command Unpause(CommandFactory factory)
    {
        var options = new OperatorOptions();
        return factory.Verb("unpause", "Start a paused request again.", async (session, parsed, ct) =>
        {
            var path = QueryString.Append(
                await PathAsync(session, parsed, ct) + "/unpause", QueryString.Of(("reason", parsed.GetValue(options.Reason))));
            await OperatorChange.PostAsync(session, path, new { }, ct);
            return await WaitAsync(session, parsed, options, now => !IsChanged(now, "pause"), ct);
        }, [Request, Cluster, options.Reason, options.Wait, options.Timeout]);
    }

    private static Command RunNow(CommandFactory factory)
    {
        var options = new OperatorOptions();
        var runId = new Option<string?>("--id") { Description = "The run's id: letters, digits, '_' and '-'; generated when left out." };
        var arguments = new Option<string[]>("--argument") { Description = "Append an argument to the command; repeatable." };
        var variables = new Option<string[]>("--env") { Description = "Set a variable over the deploy's, as NAME=VALUE; repeatable." };
        var at = new Option<DateTimeOffset?>("--at") { Description = "Start at this time at the earliest; RFC 3339." };
        return factory.Verb("run", "Run a cron or on-demand request once.", async (session, parsed, ct) =>
        {
            var environment = Environment(parsed.GetValue(variables) ?? []);
            var body = new
            {
                runId = parsed.GetValue(runId), arguments = parsed.GetValue(arguments) ?? [], environment,
                runAt = parsed.GetValue(at), reason = parsed.GetValue(options.Reason),
            };
            await OperatorChange.PostAsync(session, await PathAsync(session, parsed, ct) + "/run", body, ct);
            return ExitCodes.Success;
        }, [Request, Cluster, runId, arguments, variables, at, options.Reason]);
    }

    private static Dictionary<string, string> Environment(string[] variables)
    {
        var environment = new Dictionary<string, string>();
        foreach (var variable in variables)
        {
            if (variable.Split('=', 2) is not [var name, var value])
                throw new CommandException(ExitCodes.Usage, $"'{variable}' does not set a variable.", "Write --env NAME=VALUE.");
            environment[name] = value;
        }

        return environment;
    }
}
