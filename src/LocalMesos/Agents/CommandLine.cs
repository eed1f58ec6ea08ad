using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>How a task's command becomes a program and its arguments.</summary>
internal static class CommandLine
{
    public static (string Path, IReadOnlyList<string> Arguments) Of(W.CommandInfo info)
    {
        var command = Plain(info);
        var user = info.User;
        return user.Length == 0 || user == System.Environment.UserName ? ("/bin/sh", Direct(command)) : AsUser(user, command);
    }

    /// <summary>Program and arguments, for a container, where there may be no shell.</summary>
    public static List<string> Plain(W.CommandInfo command) => !command.HasShell || command.Shell
        ? ["sh", "-c", command.Value]
        : [command.Value, .. command.Arguments.Skip(1)];

    // A program of its own name is found and executed by the shell; one that is not there ends with 1 (recorded in 03).
    private static List<string> Direct(List<string> command) => command[0] == "sh"
        ? command
        : ["sh", "-c", "command -v \"$0\" >/dev/null || { echo \"Failed to execute '$0'\" >&2; exit 1; }; exec \"$0\" \"$@\"", .. command];

    private static (string Path, IReadOnlyList<string> Arguments) AsUser(string user, List<string> command) =>
        ("/usr/bin/setpriv", ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", .. command]);
}
