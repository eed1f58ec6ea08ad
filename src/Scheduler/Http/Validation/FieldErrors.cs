using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.Scheduler.Contract.Deploys;

namespace Pipeline.Scheduler.Http.Validation;

/// <summary>Collects everything that is wrong with a request, each error with its field and what would be valid, to report all at
/// once.</summary>
internal sealed class FieldErrors
{
    public const int MostReason = 280;
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(365);

    private readonly List<(string Field, string Detail)> errors = [];

    public void Require(string field, bool good, string otherwise)
    {
        if (!good)
            errors.Add((field, otherwise));
    }

    public void Text(string field, string? text, int most)
    {
        Require(field, text is null || text.Length <= most, $"It has {text?.Length} characters; at most {most} are kept.");
        Require(field, CleanText.IsClean(text), "It has control characters; only printed ones, tabs and new lines are kept.");
    }

    /// <summary>Why somebody does something: may be left out, but is not empty.</summary>
    public void Reason(string? reason)
    {
        Require("reason", reason is null || !string.IsNullOrWhiteSpace(reason), "It is empty: say why, or leave it out.");
        Text("reason", reason, MostReason);
    }

    /// <summary>Why, and for how long: the fields <c>reason</c> and <c>durationSeconds</c>.</summary>
    public ActionDetails Details(string? reason, double? durationSeconds = null)
    {
        Reason(reason);
        return new ActionDetails(reason, Duration("durationSeconds", durationSeconds));
    }

    /// <returns>Null when none is given, or a bad one.</returns>
    public TimeSpan? Duration(string field, double? seconds)
    {
        if (seconds is not { } given)
            return null;
        if (double.IsFinite(given) && given > 0 && given <= LongestDuration.TotalSeconds)
            return TimeSpan.FromSeconds(given);
        errors.Add((field,
            $"It must be a number of seconds above 0, up to {LongestDuration.TotalSeconds:0} (a year); leave it out for no end."));
        return null;
    }

    /// <returns>Null when all is well.</returns>
    public ProblemHttpResult? Problem() => errors.Count == 0
        ? null
        : TypedResults.Problem(
            statusCode: StatusCodes.Status400BadRequest, type: "invalid-request", title: "The request is not valid.",
            detail: string.Join(" ", errors.Select(e => $"{e.Field}: {e.Detail}")),
            extensions: new Dictionary<string, object?>
            {
                ["errors"] = errors.Select(e => new { pointer = "/" + e.Field, detail = e.Detail }).ToArray(),
            });
}
