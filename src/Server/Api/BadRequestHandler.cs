using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Npgsql;

namespace Pipeline.Server.Api;

/// <summary>What model binding throws is the caller's mistake: 400 (or 413) with the field and what would be right, never 500. So is a
/// text that no endpoint looked at and PostgreSQL cannot hold.</summary>
internal sealed partial class BadRequestHandler(IProblemDetailsService problems) : IExceptionHandler
{
    // What PostgreSQL answers to a NUL: in text, and in JSON.
    private const string NotInRepertoire = PostgresErrorCodes.CharacterNotInRepertoire;
    // Throws at what it reads: a chunk with more bytes than there are numbers for, a NUL in a trailer.
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel.Core";
    private const string Untranslatable = PostgresErrorCodes.UntranslatableCharacter;

    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is ConnectionResetException or ConnectionAbortedException)
        {
            // The caller hung up in the middle of a body: nobody reads an answer, and it is no fault of the server.
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        if (exception is not (BadHttpRequestException or PostgresException { SqlState: NotInRepertoire or Untranslatable }
            or IOException { Source: Kestrel } or InvalidOperationException { Source: Kestrel }))
            return false;
        var status = (exception as BadHttpRequestException)?.StatusCode ?? StatusCodes.Status400BadRequest;
        var (pointer, detail) = exception is BadHttpRequestException bad ? Describe(bad)
            : exception.Source == Kestrel ? ("", $"The body's chunked encoding is broken. {exception.Message}")
            : ("", "A text of the request holds a NUL character (\\u0000), which cannot be stored. Remove it.");
        httpContext.Response.StatusCode = status;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails =
            {
                Status = status,
                Title = "The request is not valid.",
                Detail = detail,
                Extensions = { ["errors"] = new[] { new { pointer, detail } } },
            },
        });
    }

    /// <returns>A JSON Pointer to the field, or to the whole body (<c>""</c>), and what is wrong with it.</returns>
    private static (string Pointer, string Detail) Describe(BadHttpRequestException bad)
    {
        if (bad.InnerException is JsonException json)
        {
            var path = json.Path ?? "$";
            return path == "$"
                ? ("", $"The body must be a JSON object as docs/api.md shows it. {json.Message}")
                : ("/" + path.TrimStart('$', '.').Replace('.', '/'), $"The value does not have the type that is needed. {json.Message}");
        }

        return Parameter().Match(bad.Message) is { Success: true } parameter
            ? (
                "/" + parameter.Groups["name"].Value,
                $"'{parameter.Groups["value"].Value}' is not a {Word(parameter.Groups["type"].Value)}.")
            : ("", bad.Message);
    }

    private static string Word(string type) => type switch
    {
        _ when type.Contains("int", StringComparison.OrdinalIgnoreCase) || type.Contains("long", StringComparison.Ordinal) =>
            "whole number",
        _ when type.Contains("bool", StringComparison.Ordinal) => "true or false",
        _ when type.Contains("Guid", StringComparison.Ordinal) => "UUID",
        _ => "value of the type that is needed",
    };

    [GeneratedRegex("""^Failed to bind parameter "(?<type>.+) (?<name>\S+)" from "(?<value>.*)"\.$""", RegexOptions.Singleline)]
    private static partial Regex Parameter();
}
