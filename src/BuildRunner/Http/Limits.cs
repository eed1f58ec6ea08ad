using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Pipeline.BuildRunner.Http;

/// <summary>What a task may not leave here. A runner of ours keeps the limits of its spec, and never reads these.</summary>
internal static class Limits
{
    /// <summary>413 <c>log-full</c>.</summary>
    public static ProblemHttpResult LogIsFull() => TypedResults.Problem(
        statusCode: StatusCodes.Status413PayloadTooLarge, type: "log-full",
        title: "The log has met its limit: nothing was kept of this piece.",
        detail: "The limits are BuildRunner:StepLogBytes for a step and BuildRunner:ModuleLogBytes for all steps of a module.");

    /// <summary>413 <c>artifacts-too-large</c>.</summary>
    /// <param name="why">Names the limit, the size and the setting.</param>
    public static ProblemHttpResult TooManyArtifacts(string why) => TypedResults.Problem(
        statusCode: StatusCodes.Status413PayloadTooLarge, type: "artifacts-too-large", title: "The artifacts are more than may be stored.",
        detail: why);

    /// <summary>411: what is not announced cannot be counted.</summary>
    public static ProblemHttpResult LengthRequired() => TypedResults.Problem(
        statusCode: StatusCodes.Status411LengthRequired, type: "length-required", title: "The size of an artifact has to be announced.",
        detail: "Send Content-Length.");
}
