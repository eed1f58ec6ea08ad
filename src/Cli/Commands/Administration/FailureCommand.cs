using System.CommandLine;
using Pipeline.Cli.Commands.Common;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Sessions;

namespace Pipeline.Cli.Commands.Administration;

/// <summary><c>pipeline failure …</c></summary>
internal static class FailureCommand
{
    private static readonly Argument<string> Failure = new("FAILURE") { Description = "The failure's id, as the list shows it." };

    public static Command Create(CommandFactory factory) => new("failure", "Show and retry jobs that failed unexpectedly.")
    {
        factory.Verb("list", "List the jobs that failed and have not succeeded since.", async (session, _, ct) =>
        {
            session.Out.Table(
                await session.Api.GetAsync("api/v1/failures", ct),
                new("job", "job"), new("kind", "object.kind"), new("object", "object.id"), new("tries", "tries"),
                new("failed", "lastFailedAt"), new("next try", "nextTryAt"), new("error", "error"), new("id", "id"));
            return ExitCodes.Success;
        }),
        factory.Verb("retry", "Try a failed job again now.", RetryAsync, Failure),
    };

    private static async Task<int> RetryAsync(Session session, ParseResult parsed, CancellationToken ct)
    {
        var failure = parsed.GetValue(Failure)!;
        await session.Api.PostAsync($"api/v1/failures/{Uri.EscapeDataString(failure)}/retry", null, ct);
        session.Out.Note($"The job of failure {failure} is tried again within a second.");
        return ExitCodes.Success;
    }
}
