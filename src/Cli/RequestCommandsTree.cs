using System.CommandLine;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary><c>pipeline request …</c>: what should run on the clusters, and what people change about it.</summary>
internal static class RequestCommandsTree
{
    internal static readonly Argument<string> Id = new("REQUEST") { Description = "Its id; of a deployable its name." };
    internal static readonly Option<string?> Cluster = new("--cluster") { Description = "The cluster; needed when the id is in several." };

    public static void Add(RootCommand root, Maker make)
    {
        var noun = Noun(make);
        foreach (var verb in RequestChangesTree.Verbs(make))
            noun.Add(verb);
        root.Add(noun);
    }

    private static Command Noun(Maker make) => new("request", "Requests: what should run on the clusters.")
    {
        make.Verb("list", "What should run.", async (s, p, ct) =>
        {
            s.Out.Table(
                await s.Api.GetAsync("api/v1/requests" + (p.GetValue(Cluster) is { } c ? "?cluster=" + Uri.EscapeDataString(c) : ""), ct),
                new("request", "id"), new("cluster", "cluster"), new("kind", "kind"), new("state", "state"), new("tasks", "activeTasks"),
                new("active deploy", "activeDeploy"), new("pending deploy", "pendingDeploy"), new("next run", "nextRunAt"));
            return Exit.Done;
        }, Cluster),
        make.Verb("show", "One request: state, what people changed, crash loops.", async (s, p, ct) =>
        {
            s.Out.Object(await FindAsync(s, p, ct));
            return Exit.Done;
        }, Id, Cluster),
        make.Verb(
            "why", "What its deploy, or its instances, wait for.",
            async (s, p, ct) => WhyText.Show(s, await s.Api.GetAsync(Path(await FindAsync(s, p, ct)) + "/why", ct)), Id, Cluster),
        Scale(make),
        Bounce(make),
        Pause(make),
        Unpause(make),
        RunNow(make),
    };

    private static Command Scale(Maker make)
    {
        var asked = new Asked();
        var instances = new Argument<int>("INSTANCES") { Description = "How many there should be, from 0." };
        var meant = new Option<bool>("--acknowledged") { Description = "A large drop is meant." };
        return make.Verb("scale", "Another number of instances; with --duration the deploy's returns.", async (s, p, ct) =>
        {
            var wanted = p.GetValue(instances);
            await Asked.AskAsync(
                s, Path(await FindAsync(s, p, ct)) + "/scale",
                new
                {
                    instances = wanted, acknowledged = p.GetValue(meant), reason = p.GetValue(asked.Reason), durationSeconds = asked.Seconds(p),
                },
                ct);
            return await WaitAsync(s, p, make, asked, now => HealthyOf(now) == wanted && Active(now) == wanted, ct);
        }, [Id, instances, Cluster, meant, .. asked.Options]);
    }

    private static Command Bounce(Maker make)
    {
        var asked = new Asked();
        var incremental = new Option<bool>("--incremental") { Description = "A few at a time instead of all at once." };
        var atATime = new Option<int?>("--at-a-time") { Description = "How many, with --incremental; default 1." };
        var skip = new Option<bool>("--skip-health") { Description = "A replacement counts as healthy as soon as it runs." };
        return make.Verb("bounce", "Replaces every instance by a new one of the same version.", async (s, p, ct) =>
        {
            await Asked.AskAsync(
                s, Path(await FindAsync(s, p, ct)) + "/bounce",
                new
                {
                    incremental = p.GetValue(incremental), atATime = p.GetValue(atATime), skipHealth = p.GetValue(skip),
                    reason = p.GetValue(asked.Reason), durationSeconds = asked.Seconds(p),
                },
                ct);
            return await WaitAsync(s, p, make, asked, now => !Changed(now, "bounce"), ct);
        }, [Id, Cluster, incremental, atATime, skip, .. asked.Options]);
    }

    private static Command Pause(Maker make)
    {
        var asked = new Asked();
        var keep = new Option<bool>("--keep-tasks") { Description = "What runs goes on and is not replaced." };
        return make.Verb("pause", "Stops it; nothing of it is started until unpause, or the end of --duration.", async (s, p, ct) =>
        {
            var kill = !p.GetValue(keep);
            await Asked.AskAsync(
                s, Path(await FindAsync(s, p, ct)) + "/pause",
                new { kill, reason = p.GetValue(asked.Reason), durationSeconds = asked.Seconds(p) }, ct);
            return await WaitAsync(s, p, make, asked, now => Changed(now, "pause") && (!kill || Active(now) == 0), ct);
        }, [Id, Cluster, keep, .. asked.Options]);
    }

    private static Command Unpause(Maker make)
    {
        var asked = new Asked();
        return make.Verb("unpause", "Starts it again.", async (s, p, ct) =>
        {
            var reason = p.GetValue(asked.Reason) is { } r ? "?reason=" + Uri.EscapeDataString(r) : "";
            await Asked.AskAsync(s, Path(await FindAsync(s, p, ct)) + "/unpause" + reason, new { }, ct);
            return await WaitAsync(s, p, make, asked, now => !Changed(now, "pause"), ct);
        }, [Id, Cluster, asked.Reason, asked.Wait, asked.Timeout]);
    }

    private static Command RunNow(Maker make)
    {
        var asked = new Asked();
        var runId = new Option<string?>("--id") { Description = "Of the run: letters, digits, '_', '-'; one is made when left out." };
        var arguments = new Option<string[]>("--argument") { Description = "Appended to the command; repeat it." };
        var environment = new Option<string[]>("--env") { Description = "NAME=VALUE over the deploy's; repeat it." };
        var at = new Option<DateTimeOffset?>("--at") { Description = "Not before; RFC 3339." };
        return make.Verb("run", "Runs a cron or on-demand request once.", async (s, p, ct) =>
        {
            var pairs = (p.GetValue(environment) ?? []).Select(e => e.Split('=', 2)).ToList();
            if (pairs.FirstOrDefault(e => e.Length < 2) is [var bad])
                throw new Failure(Exit.Usage, $"'{bad}' is not NAME=VALUE.");
            var request = await FindAsync(s, p, ct);
            await Asked.AskAsync(
                s, Path(request) + "/run",
                new
                {
                    runId = p.GetValue(runId), arguments = p.GetValue(arguments) ?? [], environment = pairs.ToDictionary(e => e[0], e => e[1]),
                    runAt = p.GetValue(at), reason = p.GetValue(asked.Reason),
                },
                ct);
            return Exit.Done;
        }, [Id, Cluster, runId, arguments, environment, at, asked.Reason]);
    }

    private static Task<int> WaitAsync(Session s, ParseResult p, Maker make, Asked asked, Func<JsonElement, bool> isReached, CancellationToken ct) =>
        p.GetValue(asked.Wait)
            ? asked.WaitAsync(
                s, p, make.Host, async () => await WithHealthAsync(s, await FindAsync(s, p, ct), ct), isReached,
                now => $"{now.Text("request.state")}, {Active(now)} tasks, {HealthyOf(now)} healthy", ct)
            : Task.FromResult(Exit.Done);

    private static async Task<JsonElement> WithHealthAsync(Session s, JsonElement request, CancellationToken ct)
    {
        var deploy = request.Text("activeDeploy") is { Length: > 0 } active
            ? await s.Api.GetAsync($"api/v1/clusters/{Uri.EscapeDataString(request.Text("cluster"))}/deploys/{Uri.EscapeDataString(active)}", ct)
            : default;
        var healthy = deploy.ValueKind == JsonValueKind.Object && deploy.At("healthyInstances") is { } count ? count.GetInt32() : 0;
        return JsonSerializer.SerializeToElement(new { request, healthy }, JsonSerializerOptions.Web);
    }

    private static int HealthyOf(JsonElement now) => now.At("healthy")?.GetInt32() ?? 0;

    private static int Active(JsonElement now) => now.At("request.activeTasks")?.GetInt32() ?? 0;

    private static bool Changed(JsonElement now, string what) => now.Items("request.changes").Any(c => c.Text("what") == what);

    internal static string Path(JsonElement request) =>
        $"api/v1/clusters/{Uri.EscapeDataString(request.Text("cluster"))}/requests/{Uri.EscapeDataString(request.Text("id"))}";

    internal static async Task<JsonElement> FindAsync(Session s, ParseResult p, CancellationToken ct)
    {
        var id = p.GetValue(Id)!;
        if (p.GetValue(Cluster) is { } cluster)
            return await s.Api.GetAsync($"api/v1/clusters/{Uri.EscapeDataString(cluster)}/requests/{Uri.EscapeDataString(id)}", ct);
        var found = (await s.Api.GetAsync("api/v1/requests", ct)).Items().Where(r => r.Text("id") == id).ToList();
        return found.Count switch
        {
            1 => found[0],
            0 => throw new Failure(Exit.NotFound, $"There is no request {id}.", "pipeline request list"),
            _ => throw new Failure(
                Exit.Usage, $"{id} is in several clusters: {string.Join(", ", found.Select(r => r.Text("cluster")))}.", "Add --cluster NAME."),
        };
    }
}
