using System.Globalization;

namespace Pipeline.TaskRunner.Processes;

/// <summary>
/// Stands between the runner and bubblewrap, and ends everything below itself when bubblewrap has ended or the runner is gone, however
/// they went. A death signal does not do that: bubblewrap makes its first child before that one has asked for the signal, so whoever
/// kills bubblewrap in between leaves the child behind, waiting for a word that nobody says any more (bubblewrap 0.8,
/// <c>child_wait_fd</c>).
/// </summary>
internal static class Guard
{
    public const string Argument = "--guard";
    private const int Killed = 128 + Native.SigKill;

    /// <param name="arguments">Process id of the runner; the command, its path first.</param>
    /// <returns>The exit code of the command; 126 or 127 when it could not be executed, 137 when the runner is gone.</returns>
    public static int Run(IReadOnlyList<string> arguments)
    {
        var (runner, command) = (int.Parse(arguments[0], CultureInfo.InvariantCulture), arguments.Skip(1).ToArray());
        Native.AdoptOrphans();
        // Opened before it is known to be the parent still: from then on the number cannot be another's.
        var lifeline = Native.OpenProcess(runner);
        if (lifeline < 0)
            Native.DieWithParent(); // the kernel is older than Linux 5.3, or a filter refuses the question
        if (!Native.TryLeadGroup(runner))
            return Killed;
        if (Native.Start(command, out var child) is not 0 and var error)
            return Refused.ToStart(command[0], error);
        var code = Killed;
        if (lifeline < 0 || Native.WaitForEnd(-1, lifeline, Native.OpenProcess(child)) != 0)
            _ = Native.WaitForChild(child, out code);
        EndAll();
        return code;
    }

    // Every process below is a child, or comes to be one when its parent ends. While one is left that was not killed yet, so is its
    // parent or itself: each round ends one at least, and none is left when there is nobody to wait for.
    private static void EndAll()
    {
        do
        {
            foreach (var child in Children.Of(Environment.ProcessId))
                Native.SignalOne(child, Native.SigKill);
        }
        while (Native.WaitForChild(-1, out _));
    }
}
