using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Delivery;

/// <summary><c>pipeline repository …</c></summary>
internal static class RepositoryCommand
{
    private static readonly Argument<string> Name = new("NAME") { Description = "Repository as owner/name." };

    private static readonly Option<long> ForgeId = new("--forge-id")
    {
        Description = "The forge's numeric id of the repository, which stays when its name changes; GitHub answers it as 'id' at "
            + "/repos/OWNER/NAME of its API.",
        Required = true,
    };

    private static readonly Option<string> CloneUrl = new("--clone-url")
    {
        Description = "The address that the repository is cloned from.",
        Required = true,
    };

    private static readonly Option<string> Branch = new("--branch")
    {
        Description = "The repository's default branch.",
        DefaultValueFactory = _ => "main",
    };

    public static Command Create(CommandFactory factory)
    {
        var noun = new Command("repository", "Manage repositories.")
        {
            factory.List("List repositories, newest first.", (_, _, _) => Task.FromResult("api/v1/repositories"),
                [
                    new("owner", "owner"), new("name", "name"), new("default branch", "defaultBranch"), new("clone url", "cloneUrl"),
                    new("id", "id"),
                ]),
            factory.Verb("show", "Show a repository.", ShowAsync, Name),
            factory.Verb("add", "Add a repository.", AddAsync, Name, ForgeId, CloneUrl, Branch),
        };
        noun.Aliases.Add("repo");
        return noun;
    }

    private static async Task<int> ShowAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var name = parsed.GetValue(Name)!;
        var found = (await session.Api.GetAsync($"api/v1/repositories?{QueryString.Of(("name", name))}", ct)).Items().ToList();
        session.Out.Object(found.Count > 0 ? found[0] : throw NameResolver.UnknownRepository(name));
        return ExitCodes.Success;
    }

    private static async Task<int> AddAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        if (parsed.GetValue(Name)!.Split('/') is not [{ Length: > 0 } owner, { Length: > 0 } name])
        {
            throw new CommandException(
                ExitCodes.Usage, $"'{parsed.GetValue(Name)}' is not a repository's name.",
                "Write pipeline repository add owner/name --forge-id ID --clone-url URL.");
        }

        session.Out.Object(await session.Api.PostAsync(
            "api/v1/repositories",
            new
            {
                forgeId = parsed.GetValue(ForgeId), owner, name, cloneUrl = parsed.GetValue(CloneUrl),
                defaultBranch = parsed.GetValue(Branch),
            },
            ct));
        return ExitCodes.Success;
    }
}
