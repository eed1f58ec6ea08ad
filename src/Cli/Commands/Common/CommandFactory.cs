using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Common;

/// <summary>Makes commands whose action gets a session.</summary>
internal sealed class CommandFactory(GlobalOptions globals, HostEnvironment host)
{
    /// <param name="symbols">Arguments and options, in the order of the help.</param>
    public Command Verb(
        string name, string description, Func<Session, ParseResult, CancellationToken, Task<int>> action, params Symbol[] symbols)
    {
        var command = new Command(name, description);
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
                command.Add(RefuseOptions(argument));
            else if (symbol is Option option)
                command.Add(option);
        }

        command.SetAction(async (parsed, ct) =>
        {
            using var session = globals.Open(parsed, host);
            return await action(session, parsed, ct);
        });
        return command;
    }

    /// <summary>GET of a page, shown as a table.</summary>
    public Command List(
        string description, Func<Session, ParseResult, CancellationToken, Task<string>> path, Column[] columns,
        params Symbol[] symbols) => List(
        description, path, [.. columns.Select(c => c.Title)], item => [[.. columns.Select(c => item.Text(c.Path))]], symbols);

    /// <summary>As the other; an item can have several rows.</summary>
    public Command List(
        string description, Func<Session, ParseResult, CancellationToken, Task<string>> path, string[] titles,
        Func<JsonElement, IEnumerable<string[]>> rows, params Symbol[] symbols)
    {
        var limit = new Option<int>("--limit") { Description = "Number of items in a page, 1 to 200.", DefaultValueFactory = _ => 30 };
        var cursor = new Option<string?>("--cursor") { Description = "Cursor from the previous page." };
        var list = Verb(
            "list", description,
            async (session, parsed, ct) =>
            {
                var address = await path(session, parsed, ct);
                var page = QueryString.Of(("limit", $"{parsed.GetValue(limit)}"), ("cursor", parsed.GetValue(cursor)));
                session.Out.Table(await session.Api.GetAsync(QueryString.Append(address, page), ct), titles, rows);
                return ExitCodes.Success;
            },
            [.. symbols, limit, cursor]);
        list.Aliases.Add("ls");
        return list;
    }

    /// <summary>GET of one object.</summary>
    public Command Show(
        string name, string description, Argument<string> argument, Func<Session, string, CancellationToken, Task<string>> path) => Verb(
        name, description,
        async (session, parsed, ct) =>
        {
            session.Out.Object(await session.Api.GetAsync(await path(session, parsed.GetValue(argument)!, ct), ct));
            return ExitCodes.Success;
        },
        argument);

    // A misspelt option must not be taken for a name.
    private static Argument RefuseOptions(Argument argument)
    {
        if (argument.Validators.Count == 0)
        {
            argument.Validators.Add(result =>
            {
                if (result.Tokens.FirstOrDefault(t => t.Value.StartsWith('-')) is { } option)
                    result.AddError($"Unrecognized option '{option.Value}'.");
            });
        }

        return argument;
    }
}
