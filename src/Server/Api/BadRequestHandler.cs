using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Diagnostics;

namespace Pipeline.Server.Api;

/// <summary>What model binding throws is the caller's mistake: 400 (or 413) with the field and what would be right, never 500.</summary>
internal sealed partial class BadRequestHandler(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
            return false;
        var (pointer, detail) = Describe(bad);
        httpContext.Response.StatusCode = bad.StatusCode;
        return await problems.TryWriteAsync(new ProblemDetailsContext
        {
            HttpContext = httpContext,
            ProblemDetails =
            {
                Status = bad.StatusCode,
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
            ? ("/" + parameter.Groups["name"].Value, $"'{parameter.Groups["value"].Value}' is not a {Word(parameter.Groups["type"].Value)}.")
            : ("", bad.Message);
    }

    private static string Word(string type) => type switch
    {
        _ when type.Contains("int", StringComparison.OrdinalIgnoreCase) || type.Contains("long", StringComparison.Ordinal) => "whole number",
        _ when type.Contains("bool", StringComparison.Ordinal) => "true or false",
        _ when type.Contains("Guid", StringComparison.Ordinal) => "UUID",
        _ => "value of the type that is needed",
    };

    [GeneratedRegex("""^Failed to bind parameter "(?<type>.+) (?<name>\S+)" from "(?<value>.*)"\.$""", RegexOptions.Singleline)]
    private static partial Regex Parameter();
}
