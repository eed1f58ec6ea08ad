using System.Globalization;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Programs;

/// <summary>Turns a task's command into a program and its arguments.</summary>
internal static class CommandLine
{
    /// <summary>For a process of this machine, run as the command's user.</summary>
    public static (string Path, IReadOnlyList<string> Arguments) ForProcess(W.CommandInfo info)
    {
        var command = ForContainer(info);
        return info.User.Length == 0 || info.User == System.Environment.UserName
            ? ("/bin/sh", AsCurrentUser(command))
            : AsUser(info.User, command);
    }

    /// <summary>The same program, once it is in its control groups: what it starts before could not be counted any more.</summary>
    public static (string Path, IReadOnlyList<string> Arguments) InGroup(
        IReadOnlyList<string> entrances, string path, IReadOnlyList<string> arguments) =>
        ("/bin/sh",
        [
            "sh", "-ec", "n=$1; shift; while [ $n -gt 0 ]; do echo $$ > \"$1\"; shift; n=$((n-1)); done; exec \"$@\"", "sh",
            entrances.Count.ToString(CultureInfo.InvariantCulture), .. entrances, path, .. arguments.Skip(1),
        ]);

    /// <summary>For a container, which may have no shell of its own.</summary>
    public static List<string> ForContainer(W.CommandInfo command) => !command.HasShell || command.Shell
        ? ["sh", "-c", command.Value]
        : [command.Value, .. command.Arguments.Skip(1)];

    // The shell finds a program by its name and replaces itself; a missing program ends with 1 (recorded in 03).
    private static List<string> AsCurrentUser(List<string> command) => command[0] == "sh"
        ? command
        : ["sh", "-c", "command -v \"$0\" >/dev/null || { echo \"Failed to execute '$0'\" >&2; exit 1; }; exec \"$0\" \"$@\"", .. command];

    private static (string Path, IReadOnlyList<string> Arguments) AsUser(string user, List<string> command) =>
        ("/usr/bin/setpriv", ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", .. command]);
}
