using System.CommandLine;

namespace Pipeline.Cli;

/// <summary>The rarer verbs of <c>pipeline request …</c>.</summary>
internal static class RequestChangesTree
{
    private static readonly string[] Changes = ["scale", "pause", "bounce", "skip-health", "priority"];

    public static IEnumerable<Command> Verbs(Maker make)
    {
        yield return SkipHealth(make);
        yield return Priority(make);
        yield return ExitCooldown(make);
        yield return End(make);
        yield return Remove(make);
    }

    private static Command SkipHealth(Maker make)
    {
        var asked = new Asked();
        return make.Verb("skip-health", "Running is enough: no readiness check, until 'end' or the end of --duration.", async (s, p, ct) =>
        {
            await Asked.AskAsync(
                s, await PathAsync(s, p, ct) + "/skip-health", new { reason = p.GetValue(asked.Reason), durationSeconds = asked.Seconds(p) }, ct);
            return Exit.Done;
        }, RequestCommandsTree.Id, RequestCommandsTree.Cluster, asked.Reason, asked.Duration);
    }

    private static Command Priority(Maker make)
    {
        var asked = new Asked();
        var level = new Argument<string>("PRIORITY") { Description = "From 0 to 1; usual: services 0.7, workers 0.5, others 0.3." };
        return make.Verb("priority", "Which tasks get a place first when there is not enough for all.", async (s, p, ct) =>
        {
            await Asked.AskAsync(
                s, await PathAsync(s, p, ct) + "/priority",
                new
                {
                    priority = ClusterCommandsTree.Number(p.GetValue(level)!), reason = p.GetValue(asked.Reason), durationSeconds = asked.Seconds(p),
                },
                ct);
            return Exit.Done;
        }, RequestCommandsTree.Id, level, RequestCommandsTree.Cluster, asked.Reason, asked.Duration);
    }

    private static Command ExitCooldown(Maker make)
    {
        var asked = new Asked();
        return make.Verb("exit-cooldown", "What fails again and again is started at once instead of after its pause.", async (s, p, ct) =>
        {
            await Asked.AskAsync(s, await PathAsync(s, p, ct) + "/exit-cooldown", new { reason = p.GetValue(asked.Reason) }, ct);
            return Exit.Done;
        }, RequestCommandsTree.Id, RequestCommandsTree.Cluster, asked.Reason);
    }

    private static Command End(Maker make)
    {
        var asked = new Asked();
        var change = new Argument<string>("CHANGE") { Description = string.Join(", ", Changes) + "." };
        var meant = new Option<bool>("--acknowledged") { Description = "A large drop by the end of a scale is meant." };
        return make.Verb("end", "Ends a change before its time: what was before returns.", async (s, p, ct) =>
        {
            var what = p.GetValue(change)!;
            if (!Changes.Contains(what))
                throw new Failure(Exit.Usage, $"'{what}' is not a change.", $"One of {string.Join(", ", Changes)}.");
            var query = what == "scale" && p.GetValue(meant) ? "?acknowledged=true" : "";
            await asked.EndAsync(s, p, $"{await PathAsync(s, p, ct)}/{what}{query}", ct);
            return Exit.Done;
        }, RequestCommandsTree.Id, change, RequestCommandsTree.Cluster, meant, asked.Reason);
    }

    private static Command Remove(Maker make)
    {
        var confirm = new Option<string?>("--confirm") { Description = "The id once more: it is meant." };
        return make.Verb("remove", "Kills its tasks and forgets it; the next promotion makes it anew.", async (s, p, ct) =>
        {
            var id = p.GetValue(RequestCommandsTree.Id)!;
            if (p.GetValue(confirm) != id)
                throw new Failure(Exit.Usage, $"Everything of {id} would be killed.", $"Add --confirm {id}.");
            Asked.Tell(s, await s.Api.DeleteAsync(await PathAsync(s, p, ct), ct));
            return Exit.Done;
        }, RequestCommandsTree.Id, RequestCommandsTree.Cluster, confirm);
    }

    private static async Task<string> PathAsync(Session s, ParseResult p, CancellationToken ct) =>
        RequestCommandsTree.Path(await RequestCommandsTree.FindAsync(s, p, ct));
}
