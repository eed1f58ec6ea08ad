namespace Pipeline.BuildRunner.Core;

/// <summary>Words in the title of a commit by which its author asks for no build.</summary>
internal static class SkipWords
{
    public const string Reason = "skipped by the commit message";

    private static readonly string[] Words = ["[skip ci]", "[ci skip]", "[no ci]", "[skip pipeline]"];

    public static bool In(string subject) => Words.Any(w => subject.Contains(w, StringComparison.OrdinalIgnoreCase));
}
