namespace Pipeline.DeployStages.Contract;

/// <summary>What pages, API and command line say of a release, in the same words.</summary>
public static class ReleaseSentences
{
    /// <summary>Why no stage was offered the release yet, and what a person can do.</summary>
    /// <param name="branches">The branches that brought the commit.</param>
    public static string NotOffered(int number, IReadOnlyList<string> branches, string defaultBranch) =>
        branches.Count == 0 || branches.Contains(defaultBranch)
            ? $"Release {number} waits for its first stage."
            : $"Release {number} is ready on {string.Join(", ", branches)}. Merge it to {defaultBranch}, or promote it by hand.";
}
