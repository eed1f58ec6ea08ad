using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Administration;

/// <summary><c>pipeline token …</c></summary>
internal static class TokenCommand
{
    private static readonly Argument<string> Login = new("LOGIN") { Description = "The owner's login, as commits and approvals show it." };

    private static readonly Option<bool> Machine = new("--machine") { Description = "Create it for a program: it can never approve." };

    private static readonly Option<string[]> Permission = new("--permission")
    {
        Description = "A permission: view, build, promote, approve, hold, operate or administer; repeatable.",
    };

    private static readonly Option<string[]> Group = new("--group") { Description = "A group, for example release-managers; repeatable." };

    private static readonly Option<string[]> Email = new("--email")
    {
        Description = "An email address that this person commits with; repeatable.",
    };

    public static Command Create(CommandFactory factory) => new("token", "Manage API tokens.")
    {
        factory.Verb(
            "create", "Create a token. It is shown only once.", CreateTokenAsync, Login, Machine, Permission, Group, Email),
        factory.Verb("list", "List the tokens.", async (session, _, ct) =>
        {
            session.Out.Table(
                await session.Api.GetAsync("api/v1/tokens", ct),
                new("login", "login"), new("kind", "kind"), new("permissions", "permissions"), new("groups", "groups"),
                new("created", "createdAt"), new("id", "id"));
            return ExitCodes.Success;
        }),
    };

    private static async Task<int> CreateTokenAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        session.Out.Object(await session.Api.PostAsync(
            "api/v1/tokens",
            new
            {
                name = parsed.GetValue(Login),
                kind = parsed.GetValue(Machine) ? "token" : "person",
                permissions = parsed.GetValue(Permission) ?? [],
                groups = parsed.GetValue(Group) ?? [],
                emails = parsed.GetValue(Email) ?? [],
            },
            ct));
        session.Out.Note("Store the token now; it is not shown again.");
        return ExitCodes.Success;
    }
}
