using System.CommandLine;
using System.Text.Json;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Commands.Administration;

/// <summary><c>pipeline version</c></summary>
internal static class VersionCommand
{
    public static Command Create(CommandFactory factory) => factory.Verb(
        "version", "Show the versions of this program and of the server.", async (session, _, ct) =>
        {
            var cli = typeof(VersionCommand).Assembly.GetName().Version!.ToString(3);
            var server = await session.Api.GetAsync("api/v1/version", ct);
            if (session.Out.IsJson)
                session.Out.Answer(JsonSerializer.SerializeToElement(new { cli, server }, JsonSerializerOptions.Web));
            else
                session.Out.Line($"pipeline {cli}, server {server.Text("version")} at {session.Api.Server}");
            return ExitCodes.Success;
        });
}
