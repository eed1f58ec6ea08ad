using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Delivery;

/// <summary><c>pipeline deployable …</c></summary>
internal static class DeployableCommand
{
    private static readonly Argument<string> Name = new("NAME") { Description = "The deployable's name." };

    public static Command Create(CommandFactory factory) => new("deployable", "Show what runs in which stage.")
    {
        factory.List(
            "List deployables and what each runs in every stage.", (_, _, _) => Task.FromResult("api/v1/deployables"),
            ["deployable", "kind", "stage", "state", "release", "commit", "healthy", "since", "note"],
            deployable => deployable.Items("stages").Select(stage => Row(deployable, stage))),
        factory.Verb("routes", "List where deployables are served to the people who use them.", RoutesAsync),
        factory.Show(
            "show", "Show a deployable.", Name, (_, name, _) => Task.FromResult($"api/v1/deployables/{Uri.EscapeDataString(name)}")),
    };

    private static async Task<int> RoutesAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        session.Out.Table(
            await session.Api.GetAsync("api/v1/routes", ct),
            [new("deployable", "deployable"), new("stage", "stage"), new("url", "url"), new("instances", "instances")]);
        return ExitCodes.Success;
    }

    private static string[] Row(JsonElement deployable, JsonElement stage) =>
    [
        deployable.Text("name"), deployable.Text("kind"), stage.Text("stage"), stage.Text("state"), stage.Text("releaseNumber"),
        stage.Text("commit"), $"{stage.Text("healthy")}/{stage.Text("instances")}", stage.Text("since"),
        stage.Text("noTraffic") is { Length: > 0 } why ? why : stage.Text("reason"),
    ];
}
