using System.Globalization;
using Pipeline.TaskRunner.Processes;

namespace Pipeline.TaskRunner.Isolation;

/// <summary>The runner as what its children are before they become the task's programs.</summary>
internal static class StartStages
{
    /// <returns>Null when the arguments name no stage; the exit code of one that failed. One that succeeds never returns.</returns>
    public static int? Run(string[] arguments)
    {
        if (arguments is [Entrance.Argument, .. var entering])
            return Entrance.Enter(entering);
        if (arguments is not [ChildGroup.ExecArgument, var runner, .. var command])
            return null;
        var error = Native.BecomeGroupLeader(int.Parse(runner, CultureInfo.InvariantCulture), command);
        Console.Error.WriteLine($"{command[0]} cannot be executed (errno {error}).");
        return error == 2 ? 127 : 126;
    }
}
