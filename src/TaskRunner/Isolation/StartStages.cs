using System.Globalization;
using Pipeline.TaskRunner.Processes;

namespace Pipeline.TaskRunner.Isolation;

/// <summary>The runner as what its children are before they become the task's programs.</summary>
internal static class StartStages
{
    /// <returns>Null when the arguments name no stage; otherwise the exit code, if it returns at all.</returns>
    public static int? Run(string[] arguments) => arguments switch
    {
        [Entrance.Argument, .. var entering] => Entrance.Enter(entering),
        [Guard.Argument, .. var guarded] => Guard.Run(guarded),
        [ChildGroup.ExecArgument, var runner, .. var command] => Execute(int.Parse(runner, CultureInfo.InvariantCulture), command),
        _ => null,
    };

    private static int Execute(int runner, string[] command)
    {
        Native.DieWithParent();
        return Native.TryLeadGroup(runner) ? Refused.ToStart(command[0], Native.Become(command)) : 128 + Native.SigKill;
    }
}
