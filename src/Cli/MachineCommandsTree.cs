using System.CommandLine;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary><c>pipeline agent …</c> and <c>pipeline rack …</c>: what operators look at and do.</summary>
internal static class MachineCommandsTree
{
    private static readonly Option<string?> Cluster = new("--cluster") { Description = "The cluster; needed when the name is in several." };

    private static readonly Column[] AgentColumns =
    [
        new("agent", "host"), new("cluster", "cluster"), new("rack", "rack"), new("state", "state"), new("tasks", "tasks"),
        new("by", "machine.by"), new("reason", "machine.reason"), new("until", "machine.until"), new("seen", "seenAt"), new("id", "id"),
    ];

    private static readonly Column[] RackColumns =
    [
        new("rack", "name"), new("cluster", "cluster"), new("state", "state"), new("tasks", "tasks"), new("agents", "agentsByState"),
        new("by", "machine.by"), new("reason", "machine.reason"), new("until", "machine.until"),
    ];

    public static void Add(RootCommand root, Maker make)
    {
        var agent = new Argument<string>("AGENT") { Description = "Its host or id." };
        root.Add(new Command("agent", "Agents: the machines that tasks run on.")
        {
            List(make, "agents", "The agents.", AgentColumns),
            make.Verb("show", "One agent.", async (s, p, ct) =>
            {
                s.Out.Object(await FindAsync(s, p, "agents", p.GetValue(agent)!, ct));
                return Exit.Done;
            }, agent, Cluster),
            make.Verb("why", "Why it is not empty yet, or not used.", async (s, p, ct) =>
            {
                var found = await FindAsync(s, p, "agents", p.GetValue(agent)!, ct);
                return WhyText.Show(s, await s.Api.GetAsync(Path(found, "agents", "why"), ct));
            }, agent, Cluster),
            Deed(make, "agents", "freeze", "It keeps its tasks and gets no new ones.", agent, false),
            Deed(make, "agents", "drain", "Its instances are replaced elsewhere, then stopped; empty, it is frozen.", agent, true),
            Deed(make, "agents", "decommission", "The same; empty, it is not used again, also under a new agent id.", agent, true),
            Deed(make, "agents", "activate", "It is used again.", agent, false),
        });
        var rack = new Argument<string>("RACK") { Description = "Its name." };
        root.Add(new Command("rack", "Racks: agents that fail together.")
        {
            List(make, "racks", "The racks, with their agents by state.", RackColumns),
            make.Verb("show", "One rack.", async (s, p, ct) =>
            {
                s.Out.Object(await FindAsync(s, p, "racks", p.GetValue(rack)!, ct));
                return Exit.Done;
            }, rack, Cluster),
            Deed(make, "racks", "freeze", "All its agents keep their tasks and get no new ones.", rack, false),
            Deed(make, "racks", "drain", "The instances of all its agents are replaced elsewhere, then stopped.", rack, true),
            Deed(make, "racks", "decommission", "The same; empty, none of its agents is used again.", rack, true),
            Deed(make, "racks", "activate", "All its agents are used again.", rack, false),
        });
    }

    private static Command List(Maker make, string kind, string description, Column[] columns) => make.Verb(
        "list", description, async (s, p, ct) =>
        {
            var all = await AllAsync(s, kind, p.GetValue(Cluster), ct);
            if (s.Out.IsJson)
                s.Out.Answer(JsonSerializer.SerializeToElement(new { items = all }, JsonSerializerOptions.Web));
            else
                s.Out.Rows([.. all.Select(a => columns.Select(c => a.Text(c.Path)).ToArray())], [.. columns.Select(c => c.Title)]);
            return Exit.Done;
        }, Cluster);

    private static Command Deed(Maker make, string kind, string verb, string description, Argument<string> name, bool leaves)
    {
        var asked = new Asked();
        var kill = new Option<bool>("--kill-at-end") { Description = "After --duration what is left is killed; without, the state before returns." };
        var confirm = new Option<string?>("--confirm") { Description = "The name once more: it is meant." };
        var isFinal = verb == "decommission";
        List<Symbol> symbols = [name, Cluster, .. asked.Options];
        if (leaves)
            symbols.Add(kill);
        if (isFinal)
            symbols.Add(confirm);
        return make.Verb(verb, description, async (s, p, ct) =>
        {
            var named = p.GetValue(name)!;
            if (isFinal && p.GetValue(confirm) != named)
                throw new Failure(Exit.Usage, $"{named} would not be used again.", $"Add --confirm {named} if that is meant.");
            var found = await FindAsync(s, p, kind, named, ct);
            var seconds = asked.Seconds(p);
            var atExpiry = leaves && p.GetValue(kill) ? "kill" : null;
            if (atExpiry is not null && seconds is null)
                throw new Failure(Exit.Usage, "--kill-at-end needs an end.", "Add --duration 4h, for example.");
            await Asked.AskAsync(s, Path(found, kind, verb), new { reason = p.GetValue(asked.Reason), durationSeconds = seconds, atExpiry }, ct);
            if (!p.GetValue(asked.Wait))
                return Exit.Done;
            return await asked.WaitAsync(
                s, p, make.Host, async () => await FindAsync(s, p, kind, named, ct), now => IsReached(verb, now), now => Say(now), ct);
        }, [.. symbols]);
    }

    private static bool IsReached(string verb, JsonElement now) => verb switch
    {
        "freeze" => now.Text("state") == "frozen",
        "activate" => now.Text("state") == "active",
        "drain" => now.Text("state") != "draining" && now.Text("tasks") == "0",
        _ => now.Text("state") == "decommissioned" && now.Text("tasks") == "0",
    };

    private static string Say(JsonElement now) => $"{now.Text("state")}, {now.Text("tasks")} tasks";

    private static string Path(JsonElement found, string kind, string verb) =>
        $"api/v1/clusters/{Uri.EscapeDataString(found.Text("cluster"))}/{kind}/{Uri.EscapeDataString(Name(found, kind))}/{verb}";

    private static string Name(JsonElement found, string kind) => found.Text(kind == "agents" ? "host" : "name");

    private static async Task<JsonElement> FindAsync(Session s, ParseResult p, string kind, string named, CancellationToken ct)
    {
        var noun = kind == "agents" ? "agent" : "rack";
        var found = (await AllAsync(s, kind, p.GetValue(Cluster), ct)).Where(a => Name(a, kind) == named || a.Text("id") == named).ToList();
        var clusters = found.Select(a => a.Text("cluster")).Distinct().ToList();
        return clusters.Count switch
        {
            // A host that came back has several ids: the newest is meant.
            1 => found.MaxBy(a => a.Text("seenAt"), StringComparer.Ordinal),
            0 => throw new Failure(Exit.NotFound, $"There is no {noun} {named}.", $"pipeline {noun} list"),
            _ => throw new Failure(Exit.Usage, $"{named} is in several clusters: {string.Join(", ", clusters)}.", "Add --cluster NAME."),
        };
    }

    private static async Task<List<JsonElement>> AllAsync(Session s, string kind, string? cluster, CancellationToken ct)
    {
        var names = cluster is not null ? [cluster] : (await s.Api.GetAsync("api/v1/clusters", ct)).Items().Select(c => c.Text("name")).ToList();
        var all = new List<JsonElement>();
        foreach (var name in names)
            all.AddRange((await s.Api.GetAsync($"api/v1/clusters/{Uri.EscapeDataString(name)}/{kind}", ct)).Items());
        return all;
    }
}
