using System.Globalization;
using Pipeline.TaskRunner.Processes;

namespace Pipeline.TaskRunner.Isolation;

/// <summary>
/// The first program in a view: gives up what privileges are left, says that it is there, and becomes the task's program with its own
/// variables. They come last: one of them could load a stranger's library into whatever is started with it.
/// </summary>
internal static class Entrance
{
    public const string Argument = "--enter";

    /// <summary>The first line of the output. What comes before it, or instead of it, is bubblewrap's own trouble.</summary>
    public const string Sign = "pipeline: the view is ready";
    private const int FirstProcess = 1;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <param name="arguments">User id or <c>-</c>, working directory, command.</param>
    /// <returns>Only when it failed: the exit code.</returns>
    public static int Enter(IReadOnlyList<string> arguments)
    {
        var (user, directory, command) = (arguments[0], arguments[1], arguments.Skip(2).ToArray());
        var variables = File.ReadAllText(Bubblewrap.Variables).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        if (user != "-" && Native.BecomeUser(int.Parse(user, CultureInfo.InvariantCulture)) is not 0 and var refused)
        {
            Console.Error.WriteLine($"The user {user} cannot be taken (errno {refused}).");
            return 126;
        }

        // The first process of the view is bubblewrap's. Only once it waits for its children has it asked to be ended with its parent, and
        // a parent that died before is not reported: then nobody reads the output either.
        if (!SpinWait.SpinUntil(() => Children.Sleeps(FirstProcess), Patience))
        {
            Console.Error.WriteLine("The first process of the view does not wait for its children.");
            return 126;
        }

        if (!Native.TryWriteLine(Sign))
            return 128 + Native.SigKill;
        if (Native.ChangeDirectory(directory) is not 0 and var missing)
        {
            Console.Error.WriteLine($"{directory} cannot be entered (errno {missing}).");
            return 126;
        }

        return Refused.ToStart(command[0], Native.Become(command, variables));
    }
}
