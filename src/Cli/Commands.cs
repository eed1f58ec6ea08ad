using System.CommandLine;
using System.CommandLine.Help;
using System.Text.Json;

namespace Pipeline.Cli;

/// <summary>The command tree: noun, then verb, the same verbs on every noun.</summary>
internal static class Commands
{
    private const int HelpWidth = 100;

    public static RootCommand Root(Globals globals, Host host)
    {
        var root = new RootCommand("pipeline: git push → builds → infra-QA → product-QA → production.");
        foreach (Option option in new Option[] { globals.Url, globals.Repository, globals.Json, globals.NoColor, globals.NoInput })
            root.Add(option);
        // The same on every terminal and in a pipe: the help is a reviewed text.
        foreach (var action in root.Options.OfType<HelpOption>().Select(o => o.Action).OfType<HelpAction>())
            action.MaxWidth = HelpWidth;
        var make = new Maker(globals, host);
        Everyday.Add(root, make);
        Nouns.Add(root, make);
        PromotionCommandsTree.Add(root, make);
        root.Add(Help(host));
        root.Add(make.Verb("version", "Versions of this program and of the server.", async (s, p, ct) =>
        {
            var cli = typeof(Commands).Assembly.GetName().Version!.ToString(3);
            var server = await s.Api.GetAsync("api/v1/version", ct);
            if (s.Out.IsJson)
                s.Out.Answer(JsonSerializer.SerializeToElement(new { cli, server }, JsonSerializerOptions.Web));
            else
                s.Out.Line($"pipeline {cli}, server {server.Text("version")} at {s.Api.Server}");
            return Exit.Done;
        }));
        return root;
    }

    private static Command Help(Host host)
    {
        var topic = new Argument<string>("topic") { Description = "exit-codes" };
        topic.AcceptOnlyFromAmong("exit-codes");
        var help = new Command("help", "Topics.") { topic };
        help.SetAction(_ =>
        {
            host.Out.Write(Exit.Table);
            return Exit.Done;
        });
        return help;
    }
}

/// <summary>Makes a command whose action gets a session.</summary>
internal sealed class Maker(Globals globals, Host host)
{
    public Host Host => host;

    public Command Verb(
        string name, string description, Func<Session, ParseResult, CancellationToken, Task<int>> act, params Symbol[] symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(NoFlag(argument));
            else if (symbol is Option option)
                command.Add(option);
        }

        command.SetAction(async (parsed, ct) =>
        {
            using var session = globals.Open(parsed, host);
            return await act(session, parsed, ct);
        });
        return command;
    }

    // A flag that does not exist must not be taken for a name.
    private static Argument NoFlag(Argument argument)
    {
        if (argument.Validators.Count == 0)
        {
            argument.Validators.Add(result =>
            {
                if (result.Tokens.FirstOrDefault(t => t.Value.StartsWith('-')) is { } flag)
                    result.AddError($"Unrecognized option '{flag.Value}'.");
            });
        }

        return argument;
    }

    /// <summary>GET of a page, shown as a table.</summary>
    public Command List(
        string description, Func<Session, ParseResult, CancellationToken, Task<string>> path, Column[] columns, params Symbol[] symbols)
    {
        var limit = new Option<int>("--limit") { Description = "How many, 1 to 200.", DefaultValueFactory = _ => 30 };
        var cursor = new Option<string?>("--cursor") { Description = "Where the page before ended." };
        var list = Verb(
            "list", description,
            async (s, p, ct) =>
            {
                var address = await path(s, p, ct);
                var from = p.GetValue(cursor) is { } c ? "&cursor=" + Uri.EscapeDataString(c) : "";
                var page = await s.Api.GetAsync($"{address}{(address.Contains('?') ? '&' : '?')}limit={p.GetValue(limit)}{from}", ct);
                s.Out.Table(page, columns);
                return Exit.Done;
            },
            [.. symbols, limit, cursor]);
        list.Aliases.Add("ls");
        return list;
    }

    /// <summary>GET of one object.</summary>
    public Command Show(
        string name, string description, Argument<string> argument, Func<Session, string, CancellationToken, Task<string>> path) => Verb(
        name, description,
        async (s, p, ct) =>
        {
            s.Out.Object(await s.Api.GetAsync(await path(s, p.GetValue(argument)!, ct), ct));
            return Exit.Done;
        },
        argument);
}
