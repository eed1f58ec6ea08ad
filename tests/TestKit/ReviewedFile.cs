namespace Pipeline.TestKit;

/// <summary>
/// A part of the interface that a person has read: <c>UPDATE_REVIEWED=1</c> writes it anew, and its difference is reviewed.
/// </summary>
public static class ReviewedFile
{
    /// <param name="path">In the repository, such as <c>tests/Cli.Tests/Reviewed/help.txt</c>.</param>
    /// <exception cref="InvalidOperationException">The text is another; says the first line that differs.</exception>
    public static void Require(string path, string found)
    {
        var file = System.IO.Path.Combine(RepositoryRoot.Path, path);
        if (Environment.GetEnvironmentVariable("UPDATE_REVIEWED") == "1")
            File.WriteAllText(file, found);
        var reviewed = File.ReadAllText(file);
        if (found == reviewed)
            return;
        var (was, now) = $"{reviewed}\n(end)".Split('\n').Zip($"{found}\n(end)".Split('\n')).First(lines => lines.First != lines.Second);
        throw new InvalidOperationException(
            $"{path} says\n{was}\nand found was\n{now}\nIf it should: run this test with UPDATE_REVIEWED=1 and review the difference.");
    }
}
