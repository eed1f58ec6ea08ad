using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.DeployStages.Contract;

namespace Pipeline.DeployStages.Http;

/// <summary>Refusals as RFC 9457 problems: a stable code, what happened, what to do.</summary>
internal static class Problems
{
    /// <summary>404.</summary>
    public static ProblemHttpResult NotFound(string detail, string? hint = null) =>
        Of(StatusCodes.Status404NotFound, "not-found", "There is no such object", detail, hint);

    /// <summary>400, with the field that is wrong.</summary>
    public static ProblemHttpResult Bad(string field, string detail, string hint) => TypedResults.Problem(
        statusCode: StatusCodes.Status400BadRequest, type: "invalid-request", title: "The request is not valid", detail: detail,
        extensions: new Dictionary<string, object?> { ["hint"] = hint, ["errors"] = new[] { new { pointer = "/" + field, detail } } });

    /// <summary>Null when the size of the page is allowed.</summary>
    public static ProblemHttpResult? Limit(int limit) =>
        limit is >= 1 and <= 200 ? null : Bad("limit", $"limit is {limit}.", "limit must be from 1 to 200");

    /// <summary>The answer to a command that was refused.</summary>
    public static ProblemHttpResult Of(PromotionOutcome outcome) => outcome switch
    {
        PromotionOutcome.Unknown u => NotFound(u.What),
        PromotionOutcome.Refused r => Of(StatusCodes.Status403Forbidden, r.Code, "You cannot decide this", r.Sentence, r.Hint),
        PromotionOutcome.Conflict c => Of(StatusCodes.Status409Conflict, c.Code, TitleOf(c.Code), c.Sentence, c.Hint),
        _ => throw new Kernel.InvariantViolatedException($"{outcome.GetType().Name} is not a refusal"),
    };

    private static string TitleOf(string code) => code switch
    {
        "plan-changed" => "The plan has changed",
        "already-approved" => "You have already approved this plan",
        "already-decided" => "There is nothing to decide",
        "already-promoted" => "The release is already there",
        "nothing-to-roll-back" => "There is nothing to roll back",
        "release-held" => "The release is held",
        _ => "The promotion does not allow it",
    };

    private static ProblemHttpResult Of(int status, string code, string title, string detail, string? hint) => TypedResults.Problem(
        statusCode: status, type: code, title: title, detail: detail,
        extensions: hint is null ? null : new Dictionary<string, object?> { ["hint"] = hint });
}
