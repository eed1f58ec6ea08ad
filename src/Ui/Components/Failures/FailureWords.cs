using Pipeline.Kernel.Text;
using Pipeline.Ui.Display;
using Pipeline.Ui.Queries.Failures;

namespace Pipeline.Ui.Components.Failures;

/// <summary>How a failed job is worded, the same on every page.</summary>
internal static class FailureWords
{
    /// <summary>How often it was tried, and when it is tried again.</summary>
    public static string Tries(FailureLine failure) => failure.NextTryAt is { } next
        ? $"Tried {Plural.Of(failure.Tries, "time", "times")}, next at {Readable.Absolute(next)}."
        : $"Given up after {Plural.Of(failure.Tries, "try", "tries")}.";

    /// <summary>What the job is about.</summary>
    public static string Object(FailureLine failure)
    {
        var of = failure.Repository is { } repository ? $" of {repository}" : "";
        return failure.Kind switch
        {
            "commit" => $"commit {ByteText.Cut(failure.ObjectId, 7)}{of}",
            "status" => $"status of commit {failure.Sha?[..7]}{of}",
            "build" or "run" when failure.BuildNumber is { } number => $"build #{number}{of}",
            "deploy" when failure.Sha is { } sha => $"deploy {failure.ObjectId} of commit {sha[..7]}{of}",
            "release" => $"release {ByteText.Cut(failure.ObjectId, 19)}{of}",
            _ => $"{failure.Kind} {failure.ObjectId}{of}",
        };
    }

    /// <summary>The page of the object; null when it has none.</summary>
    public static string? Link(FailureLine failure) => failure switch
    {
        { Kind: "delivery" } => Links.Delivery(failure.ObjectId),
        { Kind: "release" } => Links.ReleaseByDigest(failure.ObjectId),
        { Kind: "stage" } => Links.Stage(failure.ObjectId),
        { Kind: "promotion" } when Guid.TryParse(failure.ObjectId, out var id) => Links.Promotion(id),
        { Kind: "build" or "run", Repository: { } repository, BuildNumber: { } number } => Links.Build(repository, number),
        { Repository: { } repository, Sha: { } sha } => Links.Commit(repository, sha),
        _ => null,
    };
}
