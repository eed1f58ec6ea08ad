using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.DeployStages.Contract.Views;

namespace Pipeline.DeployStages.Http;

/// <summary>Refusals as RFC 9457 problems: a stable code, what happened, what to do.</summary>
internal static class Problems
{
    public static ProblemHttpResult NotFound(string detail, string? hint = null) =>
        Of(StatusCodes.Status404NotFound, "not-found", "There is no such object", detail, hint);

    public static ProblemHttpResult Bad(string field, string detail, string hint) => TypedResults.Problem(
        statusCode: StatusCodes.Status400BadRequest, type: "invalid-request", title: "The request is not valid", detail: detail,
        extensions: new Dictionary<string, object?> { ["hint"] = hint, ["errors"] = new[] { new { pointer = "/" + field, detail } } });

    public static ProblemHttpResult? Limit(int limit) =>
        limit is >= 1 and <= 200 ? null : Bad("limit", $"limit is {limit}.", "limit must be from 1 to 200");

    /// <summary>Everything but done.</summary>
    public static ProblemHttpResult Of(PromotionOutcome outcome) => outcome switch
    {
        PromotionOutcome.Unknown u => NotFound(u.What),
        PromotionOutcome.Refused r => Of(StatusCodes.Status403Forbidden, r.Code, "You may not decide this", r.Sentence, r.Hint),
        PromotionOutcome.Conflict c => Of(StatusCodes.Status409Conflict, c.Code, TitleOf(c.Code), c.Sentence, c.Hint),
        _ => throw new Kernel.InvariantViolatedException($"{outcome.GetType().Name} is no refusal"),
    };

    private static string TitleOf(string code) => code switch
    {
        "plan-changed" => "The plan has changed",
        "already-approved" => "You approved this before",
        "already-decided" => "It is decided",
        "already-promoted" => "The release is there already",
        "release-held" => "The release is held",
        _ => "The state does not allow it",
    };

    private static ProblemHttpResult Of(int status, string code, string title, string detail, string? hint) => TypedResults.Problem(
        statusCode: status, type: code, title: title, detail: detail,
        extensions: hint is null ? null : new Dictionary<string, object?> { ["hint"] = hint });
}
