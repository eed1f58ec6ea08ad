using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;
using Pipeline.Cli.Watching;

namespace Pipeline.Cli.Commands.Tasks;

/// <summary><c>pipeline task …</c></summary>
internal static class TaskCommand
{
    private static readonly Argument<string> Id = new("TASK") { Description = "The task's id." };
    private static readonly Option<string?> ListCluster = new("--cluster") { Description = "List only tasks of this cluster." };
    private static readonly Option<bool> Active = new("--active") { Description = "List only tasks that have not ended." };

    public static Command Create(CommandFactory factory) => new("task", "Manage tasks on the clusters.")
    {
        factory.List(
            "List tasks, newest first.",
            (_, parsed, _) => Task.FromResult(QueryString.Append(
                "api/v1/tasks",
                QueryString.Of(("active", parsed.GetValue(Active) ? "true" : "false"), ("cluster", parsed.GetValue(ListCluster))))),
            [
                new("task", "id"), new("cluster", "cluster"), new("state", "state"), new("host", "host"), new("healthy", "healthy"),
                new("created", "createdAt"), new("reason", "reason"),
            ],
            ListCluster, Active),
        factory.Show("show", "Show a task with its statuses and probes.", Id, (_, task, _) => Task.FromResult(Path(task))),
        factory.Verb(
            "why", "Explain why a task waits, or why it ended.",
            async (session, parsed, ct) =>
                Explanation.Print(session, await session.Api.GetAsync(Path(parsed.GetValue(Id)!) + "/why", ct)),
            Id),
        Log(factory),
        TaskFiles.Create(factory, Id),
        factory.Show(
            "usage", "Show a task's CPU, memory and disk over time, measured since it was first looked at.", Id,
            (_, task, _) => Task.FromResult(Path(task) + "/usage")),
        factory.Verb("history", "List a task's statuses and probes, oldest first.", HistoryAsync, Id),
        Kill(factory),
    };

    private static string Path(string id) => $"api/v1/tasks/{Uri.EscapeDataString(id)}";

    private static Command Log(CommandFactory factory)
    {
        var follow = FollowOption.Create();
        var stderr = new Option<bool>("--stderr") { Description = "Print stderr instead of stdout." };
        var tail = new Option<int?>("--tail") { Description = "Number of last lines to print; default: the last 64 KiB." };
        return factory.Verb(
            "log", "Print a task's stdout or stderr.",
            (session, parsed, ct) => new TaskLog(parsed.GetValue(Id)!, parsed.GetValue(stderr), parsed.GetValue(tail))
                .RunAsync(session, parsed.Given(follow), ct),
            Id, follow, stderr, tail);
    }

    private static Command Kill(CommandFactory factory)
    {
        var message = new Option<string?>("--message", "-m") { Description = "Reason; recorded with the kill." };
        var destroy = new Option<bool>("--destroy") { Description = "Kill at once, without a grace period." };
        var replace = new Option<bool>("--replace") { Description = "Kill a service's instance only after its replacement is healthy." };
        return factory.Verb(
            "kill", "Kill a task; an instance of a service is replaced.",
            async (session, parsed, ct) =>
            {
                var id = parsed.GetValue(Id)!;
                await session.Api.PostAsync(
                    Path(id) + "/kill",
                    new { reason = parsed.GetValue(message), destroy = parsed.GetValue(destroy), replace = parsed.GetValue(replace) }, ct);
                session.Out.Note($"The scheduler will kill task {id}.");
                return ExitCodes.Success;
            },
            Id, message, destroy, replace);
    }

    private static async Task<int> HistoryAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var details = await session.Api.GetAsync(Path(parsed.GetValue(Id)!), ct);
        if (session.Out.IsJson)
        {
            session.Out.Answer(details);
            return ExitCodes.Success;
        }

        var statuses = details.Items("statuses").Select(s => new[] { s.Text("at"), s.Text("state"), s.Text("message") });
        var probes = details.Items("probes").Select(Probe);
        session.Out.Rows([.. statuses.Concat(probes).OrderBy(r => r[0], StringComparer.Ordinal)], ["time", "event", "details"]);
        return ExitCodes.Success;
    }

    private static string[] Probe(JsonElement probe) =>
    [
        probe.Text("at"), probe.Text("passed") == "yes" ? "probe passed" : "probe failed", $"{probe.Text("status")} {probe.Text("detail")}",
    ];
}
