using Microsoft.AspNetCore.Http.HttpResults;
using Pipeline.TaskRunner.Contract;

namespace Pipeline.BuildRunner.Http;

/// <summary>What a result must be before it is recorded. A task may send anything; what a row cannot hold is refused with its
/// name.</summary>
internal static class ResultCheck
{
    private const int MostMediaType = 200;

    /// <returns>Null when it can be recorded.</returns>
    public static ProblemHttpResult? Find(BuildResult result)
    {
        if (result.Outcome is not ("succeeded" or "failed"))
            return Problems.Invalid("outcome", "must be succeeded or failed.");
        if (result.Artifacts is not { } artifacts)
            return Problems.Invalid("artifacts", "must be a list; it may be empty.");
        return Problems.Unstorable("failedStep", result.FailedStep)
            ?? Problems.Unstorable("reason", result.Reason)
            ?? artifacts.Select(Find).FirstOrDefault(problem => problem is not null);
    }

    private static ProblemHttpResult? Find(BuiltArtifact? artifact, int index)
    {
        var field = $"artifacts/{index}";
        if (artifact is not { Name: { } name, Digest: not null, MediaType: { Length: > 0 and <= MostMediaType } mediaType })
            return Problems.Invalid(field, $"must have a name, a digest and a media type of 1 to {MostMediaType} characters.");
        return Problems.Unstorable($"{field}/name", name) ?? Problems.Unstorable($"{field}/mediaType", mediaType);
    }
}
