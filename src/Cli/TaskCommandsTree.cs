using System.CommandLine;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary><c>pipeline task …</c></summary>
internal static class TaskCommandsTree
{
    private static readonly Argument<string> Id = new("TASK") { Description = "The task id." };

    public static void Add(RootCommand root, Maker make)
    {
        var cluster = new Option<string?>("--cluster") { Description = "Only of this cluster." };
        var active = new Option<bool>("--active") { Description = "Only those that have not ended." };
        root.Add(new Command("task", "Tasks on the clusters.")
        {
            make.List(
                "Tasks, newest first.",
                (_, p, _) => Task.FromResult(
                    $"api/v1/tasks?active={(p.GetValue(active) ? "true" : "false")}"
                    + (p.GetValue(cluster) is { } c ? "&cluster=" + Uri.EscapeDataString(c) : "")),
                [
                    new("task", "id"), new("cluster", "cluster"), new("state", "state"), new("host", "host"), new("healthy", "healthy"),
                    new("created", "createdAt"), new("reason", "reason"),
                ],
                cluster, active),
            make.Show("show", "A task with its statuses and probes.", Id, (_, t, _) => Task.FromResult(Path(t))),
            make.Verb(
                "why", "Why a task waits, or why it ended.",
                async (s, p, ct) => WhyText.Show(s, await s.Api.GetAsync(Path(p.GetValue(Id)!) + "/why", ct)), Id),
            Log(make),
            Files(make),
            make.Show("usage", "Cpu, memory and disk over time, measured from the first look on.", Id, (_, t, _) => Task.FromResult(Path(t) + "/usage")),
            make.Verb("history", "The statuses and probes of a task, oldest first.", HistoryAsync, Id),
            Kill(make),
        });
    }

    private static string Path(string id) => $"api/v1/tasks/{Uri.EscapeDataString(id)}";

    private static Command Log(Maker make)
    {
        var follow = LogCommands.FollowOption();
        var stderr = new Option<bool>("--stderr") { Description = "stderr in place of stdout." };
        var tail = new Option<int?>("--tail") { Description = "The last so many lines; default: the last 64 KiB." };
        return make.Verb(
            "log", "What a task wrote: the stdout or stderr of its sandbox.",
            (s, p, ct) => LogCommands.TaskAsync(
                s, make.Host, new TaskLog(p.GetValue(Id)!, p.GetValue(stderr), p.GetValue(tail)), Given(p, follow), ct),
            Id, follow, stderr, tail);
    }

    private static Command Files(Maker make)
    {
        var path = new Argument<string?>("PATH") { Description = "Inside the sandbox.", Arity = ArgumentArity.ZeroOrOne };
        var output = new Option<string?>("--output", "-o") { Description = "Downloads the file PATH into this file." };
        return make.Verb(
            "files", "The files in a task's sandbox.",
            async (s, p, ct) =>
            {
                var (folder, target) = (p.GetValue(path), p.GetValue(output));
                if (target is not null)
                    return await DownloadAsync(s, p.GetValue(Id)!, folder, target, ct);
                var page = await s.Api.GetAsync(
                    Path(p.GetValue(Id)!) + "/files" + (folder is null ? "" : "?path=" + Uri.EscapeDataString(folder)), ct);
                s.Out.Table(
                    page, new("path", "path"), new("kind", "kind"), new("size", "size"), new("mode", "mode"),
                    new("modified", "modifiedAt"));
                if (folder is not null && !page.Items().Any())
                    s.Out.Say($"Nothing is in it. If it is a file:  pipeline task files {p.GetValue(Id)} {folder} -o FILE");
                return Exit.Done;
            },
            Id, path, output);
    }

    private static async Task<int> DownloadAsync(Session s, string task, string? path, string target, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(path))
            throw new Failure(Exit.Usage, "Which file?", "pipeline task files TASK PATH -o FILE");
        var address = $"{Path(task)}/files/{string.Join('/', path.Split('/').Select(Uri.EscapeDataString))}";
        var bytes = await s.Api.DownloadAsync(address, target, ct);
        s.Out.Say($"{target}: {bytes} bytes");
        return Exit.Done;
    }

    private static Command Kill(Maker make)
    {
        var message = new Option<string?>("--message", "-m") { Description = "Why." };
        var destroy = new Option<bool>("--destroy") { Description = "At once, without grace." };
        var replace = new Option<bool>("--replace") { Description = "Of a service: only once another instance is healthy in its place." };
        return make.Verb(
            "kill", "Kills a task; an instance of a service is replaced.",
            async (s, p, ct) =>
            {
                await s.Api.PostAsync(
                    Path(p.GetValue(Id)!) + "/kill",
                    new { reason = p.GetValue(message), destroy = p.GetValue(destroy), replace = p.GetValue(replace) }, ct);
                s.Out.Say("Asked the scheduler to kill it.");
                return Exit.Done;
            },
            Id, message, destroy, replace);
    }

    private static async Task<int> HistoryAsync(Session s, ParseResult p, CancellationToken ct)
    {
        var details = await s.Api.GetAsync(Path(p.GetValue(Id)!), ct);
        if (s.Out.IsJson)
        {
            s.Out.Answer(details);
            return Exit.Done;
        }

        var statuses = details.Items("statuses").Select(x => new[] { x.Text("at"), x.Text("state"), x.Text("message") });
        var probes = details.Items("probes").Select(Probe);
        s.Out.Rows([.. statuses.Concat(probes).OrderBy(r => r[0], StringComparer.Ordinal)], ["at", "what", "detail"]);
        return Exit.Done;
    }

    private static string[] Probe(JsonElement x) =>
        [x.Text("at"), x.Text("passed") == "yes" ? "probe passed" : "probe failed", $"{x.Text("status")} {x.Text("detail")}"];

    /// <summary>Null when the flag was not written; true when it was written without a value.</summary>
    internal static bool? Given(ParseResult p, Option<bool?> flag) =>
        p.GetResult(flag) is { Implicit: false } ? p.GetValue(flag) ?? true : null;
}
