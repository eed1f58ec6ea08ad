using System.CommandLine;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary><c>pipeline deploy …</c>: versions of requests and their runs, as the scheduler sees them.</summary>
internal static class DeployCommandsTree
{
    private static readonly Argument<string> Id = new("DEPLOY") { Description = "Its id, or the id of a run." };
    private static readonly Option<string?> Cluster = new("--cluster") { Description = "The cluster; needed when the id is in several." };

    public static void Add(RootCommand root, Maker make)
    {
        var request = new Option<string?>("--request") { Description = "Only of this request." };
        root.Add(new Command("deploy", "Deploys: versions of requests, and their runs.")
        {
            make.List(
                "Deploys and runs, newest first.",
                (_, p, _) => Task.FromResult(
                    "api/v1/deploys?" + string.Join('&', new[] { Query("cluster", p.GetValue(Cluster)), Query("request", p.GetValue(request)) }
                        .Where(q => q.Length > 0))),
                [
                    new("deploy", "id"), new("cluster", "cluster"), new("request", "requestId"), new("kind", "kind"), new("state", "state"),
                    new("healthy", "healthyInstances"), new("instances", "instances"), new("group", "rollout.group"), new("failure", "failure"),
                    new("created", "createdAt"),
                ],
                Cluster, request),
            make.Verb("show", "One deploy or run.", async (s, p, ct) =>
            {
                s.Out.Object(await FindAsync(s, p, ct));
                return Exit.Done;
            }, Id, Cluster),
            Advance(make, "advance", "The group under way is good: the next one starts.", accept: true),
            Advance(make, "reject", "The group under way is bad: the deploy fails, the one before returns.", accept: false),
            Cancel(make),
        });
    }

    private static Command Advance(Maker make, string verb, string description, bool accept)
    {
        var asked = new Asked();
        return make.Verb(verb, description, async (s, p, ct) =>
        {
            await Asked.AskAsync(
                s, Path(await FindAsync(s, p, ct)) + "/advance",
                new { decision = accept ? "accept" : "reject", reason = p.GetValue(asked.Reason) }, ct);
            return Exit.Done;
        }, Id, Cluster, asked.Reason);
    }

    private static Command Cancel(Maker make)
    {
        var asked = new Asked();
        return make.Verb("cancel", "Gives a deploy up, the one before stays; or ends a run.", async (s, p, ct) =>
        {
            var deploy = await FindAsync(s, p, ct);
            var path = deploy.Text("kind") == "run-once" ? Path(deploy).Replace("/deploys/", "/runs/", StringComparison.Ordinal) : Path(deploy);
            await Asked.AskAsync(s, path + "/cancel", new { reason = p.GetValue(asked.Reason) }, ct);
            return Exit.Done;
        }, Id, Cluster, asked.Reason);
    }

    private static string Query(string name, string? value) => value is null ? "" : $"{name}={Uri.EscapeDataString(value)}";

    private static string Path(JsonElement deploy) =>
        $"api/v1/clusters/{Uri.EscapeDataString(deploy.Text("cluster"))}/deploys/{Uri.EscapeDataString(deploy.Text("id"))}";

    private static async Task<JsonElement> FindAsync(Session s, ParseResult p, CancellationToken ct)
    {
        var id = Uri.EscapeDataString(p.GetValue(Id)!);
        if (p.GetValue(Cluster) is { } given)
            return await s.Api.GetAsync($"api/v1/clusters/{Uri.EscapeDataString(given)}/deploys/{id}", ct);
        var found = new List<JsonElement>();
        foreach (var cluster in (await s.Api.GetAsync("api/v1/clusters", ct)).Items())
        {
            try
            {
                found.Add(await s.Api.GetAsync($"api/v1/clusters/{Uri.EscapeDataString(cluster.Text("name"))}/deploys/{id}", ct));
            }
            catch (Failure e) when (e.ExitCode == Exit.NotFound)
            {
                // It may be in the next one.
            }
        }

        return found.Count switch
        {
            1 => found[0],
            0 => throw new Failure(Exit.NotFound, $"There is no deploy {p.GetValue(Id)}.", "pipeline deploy list"),
            _ => throw new Failure(
                Exit.Usage, $"{p.GetValue(Id)} is in several clusters: {string.Join(", ", found.Select(d => d.Text("cluster")))}.", "Add --cluster NAME."),
        };
    }
}
