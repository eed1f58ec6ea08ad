using Pipeline.TestKit;

namespace Pipeline.Cli.Tests.Kit;

/// <summary>
/// A part of the interface that a person has read: <c>UPDATE_REVIEWED=1</c> writes it anew, and its difference is reviewed.
/// </summary>
internal static class ReviewedFile
{
    public static void Equal(string name, string found)
    {
        var reviewed = Path.Combine(RepositoryRoot.Path, "tests/Cli.Tests/Reviewed", name);
        if (Environment.GetEnvironmentVariable("UPDATE_REVIEWED") == "1")
            File.WriteAllText(reviewed, found);
        Assert.True(
            found == File.ReadAllText(reviewed),
            $"It differs from {reviewed}. If it should: run this test with UPDATE_REVIEWED=1 and review the difference.");
    }
}
