namespace Pipeline.TaskRunner.Processes;

/// <summary>A program to start.</summary>
/// <param name="Directory">As the program sees it, or of what makes its view.</param>
/// <param name="Environment">All of its variables, or of what makes its view.</param>
/// <param name="Sign">In a view of its own: the first line of the output. What comes before it, or instead of it, is a complaint of what
/// makes the view. Null where the program is started as it is.</param>
/// <param name="Secret">A file that is deleted once the program runs; null for none.</param>
internal sealed record Launch(
    IReadOnlyList<string> Command, string Directory, IReadOnlyDictionary<string, string> Environment, string? Sign = null,
    string? Secret = null)
{
    public bool IsPrivate => Sign is not null;
}
