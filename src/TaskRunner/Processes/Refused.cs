namespace Pipeline.TaskRunner.Processes;

/// <summary>A program that could not be executed, in the words and codes of a shell.</summary>
internal static class Refused
{
    private const int Missing = 2; // ENOENT

    /// <returns>127 when there is no such program, 126 when there is one.</returns>
    public static int ToStart(string program, int error)
    {
        Console.Error.WriteLine($"{program} cannot be executed (errno {error}).");
        return error == Missing ? 127 : 126;
    }
}
