using System.Text.Json;

namespace Pipeline.Cli.Errors;

/// <summary>Ends the command with a message on stderr and an exit code.</summary>
/// <param name="hint">What to do next.</param>
/// <param name="problem">The server's problem document, shown as it is under <c>--json</c>.</param>
internal sealed class CommandException(
    int exitCode, string message, string? hint = null, string? trace = null, JsonElement? problem = null,
    IReadOnlyList<string>? details = null)
    : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public string? Hint { get; } = hint;

    public string? Trace { get; } = trace;

    public JsonElement? Problem { get; } = problem;

    public IReadOnlyList<string> Details { get; } = details ?? [];
}
