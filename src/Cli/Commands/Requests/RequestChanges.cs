using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using static Pipeline.Cli.Commands.Requests.RequestLookup;

namespace Pipeline.Cli.Commands.Requests;

/// <summary>The rarer verbs of <c>pipeline request …</c>.</summary>
internal static class RequestChanges
{
    private static readonly string[] Changes = ["scale", "pause", "bounce", "skip-health", "priority"];

    public static IEnumerable<Command> Verbs(CommandFactory factory) =>
        [SkipHealth(factory), SetPriority(factory), ExitCooldown(factory), End(factory), Remove(factory)];

    private static Command SkipHealth(CommandFactory factory)
    {
        var options = new OperatorOptions();
        return factory.Verb(
            "skip-health", "Count running instances as healthy, without a check, until 'end' or the end of --duration.",
            async (session, parsed, ct) =>
            {
                var body = new { reason = parsed.GetValue(options.Reason), durationSeconds = options.DurationSeconds(parsed) };
                await OperatorChange.PostAsync(session, await PathAsync(session, parsed, ct) + "/skip-health", body, ct);
                return ExitCodes.Success;
            }, Request, Cluster, options.Reason, options.Duration);
    }

    private static Command SetPriority(CommandFactory factory)
    {
        var options = new OperatorOptions();
        var priority = new Argument<string>("PRIORITY")
        {
            Description = "The priority, from 0 to 1; defaults: services 0.7, workers 0.5, others 0.3.",
        };
        return factory.Verb(
            "priority", "Set which tasks are placed first when resources are short.", async (session, parsed, ct) =>
            {
                var body = new
                {
                    priority = Priority.Parse(parsed.GetValue(priority)!), reason = parsed.GetValue(options.Reason),
                    durationSeconds = options.DurationSeconds(parsed),
                };
                await OperatorChange.PostAsync(session, await PathAsync(session, parsed, ct) + "/priority", body, ct);
                return ExitCodes.Success;
            }, Request, priority, Cluster, options.Reason, options.Duration);
    }

    private static Command ExitCooldown(CommandFactory factory)
    {
        var options = new OperatorOptions();
        return factory.Verb("exit-cooldown", "Restart crashing tasks now, without a crash loop's pause.", async (session, parsed, ct) =>
        {
            var body = new { reason = parsed.GetValue(options.Reason) };
            await OperatorChange.PostAsync(session, await PathAsync(session, parsed, ct) + "/exit-cooldown", body, ct);
            return ExitCodes.Success;
        }, Request, Cluster, options.Reason);
    }

    private static Command End(CommandFactory factory)
    {
        var options = new OperatorOptions();
        var change = new Argument<string>("CHANGE") { Description = $"The change to end: {string.Join(", ", Changes)}." };
        var acknowledged = new Option<bool>("--acknowledged") { Description = "Confirm a large drop when a scale ends." };
        return factory.Verb("end", "End a change before its time; the previous setting returns.", async (session, parsed, ct) =>
        {
            var name = parsed.GetValue(change)!;
            if (!Changes.Contains(name))
                throw Unknown(name);
            var path = $"{await PathAsync(session, parsed, ct)}/{name}";
            if (name == "scale" && parsed.GetValue(acknowledged))
                path = QueryString.Append(path, "acknowledged=true");
            await OperatorChange.DeleteAsync(session, path, parsed.GetValue(options.Reason), ct);
            return ExitCodes.Success;
        }, Request, change, Cluster, acknowledged, options.Reason);
    }

    private static Command Remove(CommandFactory factory)
    {
        var confirm = Confirmation.Option("request's id");
        return factory.Verb(
            "remove", "Kill a request's tasks and delete it; the next promotion creates it again.", async (session, parsed, ct) =>
            {
                var id = parsed.GetValue(Request)!;
                Confirmation.Require(parsed, confirm, id, $"All tasks of request {id} would be killed.");
                await OperatorChange.DeleteAsync(session, await PathAsync(session, parsed, ct), null, ct);
                return ExitCodes.Success;
            }, Request, Cluster, confirm);
    }

    private static CommandException Unknown(string change) =>
        new(ExitCodes.Usage, $"'{change}' is not a change of a request.", $"Write one of: {string.Join(", ", Changes)}.");
}
