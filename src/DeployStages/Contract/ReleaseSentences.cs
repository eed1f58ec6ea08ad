namespace Pipeline.DeployStages.Contract;

/// <summary>What pages, API and command line say about a release, in the same words.</summary>
public static class ReleaseSentences
{
    /// <summary>Why the release was offered to no stage yet, and what a person can do.</summary>
    /// <param name="branches">The branches that the commit is on.</param>
    public static string NotOffered(int number, IReadOnlyList<string> branches, string defaultBranch) =>
        branches.Count == 0 || branches.Contains(defaultBranch)
            ? $"Release {number} is waiting for its first stage."
            : $"Release {number} is ready on {string.Join(", ", branches)}. Merge it to {defaultBranch}, or promote it by hand.";
}
