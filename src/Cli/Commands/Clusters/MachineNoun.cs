using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Clusters;

/// <summary>The verbs that agents and racks share.</summary>
/// <param name="Plural">Its part of the API's addresses.</param>
/// <param name="NameField">Where an item holds the name that people use.</param>
internal sealed record MachineNoun(string Noun, string Plural, string NameField, Column[] Columns)
{
    public Option<string?> Cluster { get; } = ClusterOption.Create(Noun);

    public Command List(CommandFactory factory, string description)
    {
        var cluster = new Option<string?>("--cluster") { Description = $"List only {Plural} of this cluster." };
        return factory.Verb("list", description, async (session, parsed, ct) =>
        {
            var all = await AllAsync(session, parsed.GetValue(cluster), ct);
            session.Out.Table(JsonSerializer.SerializeToElement(new { items = all }, JsonSerializerOptions.Web), Columns);
            return ExitCodes.Success;
        }, cluster);
    }

    public Command Show(CommandFactory factory, string description, Argument<string> name) =>
        factory.Verb("show", description, async (session, parsed, ct) =>
        {
            session.Out.Object(await FindAsync(session, parsed, parsed.GetValue(name)!, ct));
            return ExitCodes.Success;
        }, name, Cluster);

    /// <param name="empties">The change moves the tasks away, so its end may kill what is left.</param>
    public Command Change(CommandFactory factory, string verb, string description, Argument<string> name, bool empties)
    {
        var options = new OperatorOptions();
        var kill = new Option<bool>("--kill-at-end")
        {
            Description = "Kill the remaining tasks after --duration; otherwise the previous state returns.",
        };
        var confirm = Confirmation.Option($"{Noun}'s name");
        var isFinal = verb == "decommission";
        List<Symbol> symbols = [name, Cluster, .. options.All];
        if (empties)
            symbols.Add(kill);
        if (isFinal)
            symbols.Add(confirm);
        return factory.Verb(verb, description, async (session, parsed, ct) =>
        {
            var named = parsed.GetValue(name)!;
            if (isFinal)
                Confirmation.Require(parsed, confirm, named, $"{Title(Noun)} {named} would never be used again.");
            var found = await FindAsync(session, parsed, named, ct);
            var durationSeconds = options.DurationSeconds(parsed);
            var atExpiry = empties && parsed.GetValue(kill) ? "kill" : null;
            if (atExpiry is not null && durationSeconds is null)
                throw new CommandException(ExitCodes.Usage, "--kill-at-end needs an end.", "Add --duration, for example --duration 4h.");
            await OperatorChange.PostAsync(
                session, Path(found, verb), new { reason = parsed.GetValue(options.Reason), durationSeconds, atExpiry }, ct);
            return parsed.GetValue(options.Wait)
                ? await Progress.WaitAsync(
                    session, parsed.GetValue(options.Timeout)!, () => FindAsync(session, parsed, named, ct), now => IsReached(verb, now),
                    now => $"{now.Text("state")}, {now.Text("tasks")} tasks", ct)
                : ExitCodes.Success;
        }, [.. symbols]);
    }

    public string Path(JsonElement found, string verb) => ClusterOption.Path(found.Text("cluster"), Plural, found.Text(NameField), verb);

    /// <summary>By name or id. A host that came back has several ids: the newest counts.</summary>
    public async Task<JsonElement> FindAsync(Session session, ParseResult parsed, string named, CancellationToken ct)
    {
        var found = (await AllAsync(session, parsed.GetValue(Cluster), ct))
            .Where(a => a.Text(NameField) == named || a.Text("id") == named).ToList();
        var clusters = found.Select(a => a.Text("cluster")).Distinct().ToList();
        return clusters.Count switch
        {
            1 => found.MaxBy(a => a.Text("seenAt"), StringComparer.Ordinal),
            0 => throw ClusterOption.NotFound(Noun, named),
            _ => throw ClusterOption.Ambiguous(Noun, named, clusters),
        };
    }

    private static bool IsReached(string verb, JsonElement now) => verb switch
    {
        "freeze" => now.Text("state") == "frozen",
        "activate" => now.Text("state") == "active",
        "drain" => now.Text("state") != "draining" && now.Text("tasks") == "0",
        _ => now.Text("state") == "decommissioned" && now.Text("tasks") == "0",
    };

    private static string Title(string noun) => char.ToUpperInvariant(noun[0]) + noun[1..];

    private async Task<List<JsonElement>> AllAsync(Session session, string? cluster, CancellationToken ct)
    {
        var clusters = cluster is not null
            ? [cluster]
            : (await session.Api.GetAsync("api/v1/clusters", ct)).Items().Select(c => c.Text("name")).ToList();
        var all = new List<JsonElement>();
        foreach (var name in clusters)
            all.AddRange((await session.Api.GetAsync(ClusterOption.Path(name, Plural), ct)).Items());
        return all;
    }
}
