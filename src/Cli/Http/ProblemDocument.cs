using System.Text.Json;
using Pipeline.Cli.Errors;
using Pipeline.Cli.Output;

namespace Pipeline.Cli.Http;

/// <summary>What the server says about a refusal (RFC 9457), as an error of the command.</summary>
internal static class ProblemDocument
{
    /// <param name="request">Method and address, for an answer that is no problem document.</param>
    public static CommandException ToException(int status, string text, string request)
    {
        var exitCode = ExitCodes.ForStatus(status);
        return TryParse(text) switch
        {
            { ValueKind: JsonValueKind.Object } problem => FromProblem(exitCode, problem, $"{request} answered {status}."),
            { ValueKind: JsonValueKind.Array } candidates when status == 300 => FromCandidates(exitCode, candidates),
            _ => new CommandException(exitCode, $"{request} answered {status}.", HintFor(exitCode)),
        };
    }

    private static JsonElement? TryParse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            return null; // from a proxy, or empty
        }
    }

    /// <param name="silent">The sentence of a problem that has none.</param>
    private static CommandException FromProblem(int exitCode, JsonElement problem, string silent)
    {
        var code = problem.Text("code") is { Length: > 0 } known ? known : problem.Text("type");
        var sentence = problem.Text("detail") is { Length: > 0 } detail ? detail : problem.Text("title");
        sentence = sentence.Length > 0 ? sentence : silent;
        var hint = problem.Text("hint") is { Length: > 0 } given ? given : HintFor(exitCode);
        return new CommandException(
            exitCode, code.Length > 0 ? $"{sentence} ({code})" : sentence, hint, problem.Text("traceId"), problem,
            [.. problem.Items("errors").Select(e => $"{e.Text("pointer")}: {e.Text("detail")}")]);
    }

    /// <summary>Status 300: the digits of a commit are not enough.</summary>
    private static CommandException FromCandidates(int exitCode, JsonElement candidates) => new(
        exitCode, "The name matches several objects:", "Repeat the command with more digits.", null, candidates,
        [.. candidates.Items().Select(c => $"{c.Text("sha")} {c.Text("repository")} {c.Text("subject")}")]);

    private static string? HintFor(int exitCode) => exitCode switch
    {
        ExitCodes.SignIn => "Set PIPELINE_TOKEN to a token, or PIPELINE_TOKEN_FILE to a file that holds one.",
        ExitCodes.Unexpected => "The server's log has the details.",
        _ => null,
    };
}
