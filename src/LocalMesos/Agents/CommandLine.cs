using Pipeline.LocalMesos.Posix;
using W = Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>How a task's command becomes a program and its arguments.</summary>
internal static class CommandLine
{
    public static (string Path, IReadOnlyList<string> Arguments) Of(
        W.CommandInfo info, W.ContainerInfo? container, Sandbox sandbox, string containerId, IReadOnlyDictionary<string, string> environment)
    {
        var command = Plain(info);
        if (ImageOf(container) is { } image)
            return InContainer(image, command, sandbox, containerId, environment);
        var user = info.User;
        return user.Length == 0 || user == System.Environment.UserName ? ("/bin/sh", Direct(command)) : AsUser(user, command);
    }

    /// <summary>Takes a container away whose client was killed; null for a task without one.</summary>
    public static ChildStart? Removal(W.TaskInfo task, string containerId, Sandbox sandbox) => ImageOf(task.Container) is null
        ? null
        : new ChildStart(
            "/usr/bin/docker", ["docker", "rm", "--force", $"mesos-{containerId}"], new Dictionary<string, string>(), sandbox.Path,
            "/dev/null", "/dev/null");

    private static List<string> Plain(W.CommandInfo command) => !command.HasShell || command.Shell
        ? ["sh", "-c", command.Value]
        : [command.Value, .. command.Arguments];

    // A program of its own name is found and executed by the shell; one that is not there ends with 1 (recorded in 03).
    private static List<string> Direct(List<string> command) => command[0] == "sh"
        ? command
        : ["sh", "-c", "command -v \"$0\" >/dev/null || { echo \"Failed to execute '$0'\" >&2; exit 1; }; exec \"$0\" \"$@\"", command[0],
            .. command.Skip(2)];

    private static (string Path, IReadOnlyList<string> Arguments) AsUser(string user, List<string> command) =>
        ("/usr/bin/setpriv", ["setpriv", $"--reuid={user}", $"--regid={user}", "--init-groups", .. command]);

    private static string? ImageOf(W.ContainerInfo? container) => container?.Mesos?.Image?.Docker?.Name ?? container?.Docker?.Image;

    /// <summary>The sandbox is mounted where a real agent mounts it; the client passes SIGTERM on.</summary>
    private static (string Path, IReadOnlyList<string> Arguments) InContainer(
        string image, List<string> command, Sandbox sandbox, string containerId, IReadOnlyDictionary<string, string> environment)
    {
        const string Inside = "/mnt/mesos/sandbox";
        List<string> arguments =
        [
            "docker", "run", "--rm", "--init", "--network", "host", "--name", $"mesos-{containerId}",
            "--volume", $"{sandbox.Path}:{Inside}", "--workdir", Inside,
        ];
        foreach (var name in environment.Keys.Where(k => k is not ("PATH" or "PWD" or "MESOS_SANDBOX")))
            arguments.AddRange(["--env", name]);
        return ("/usr/bin/docker", [.. arguments, "--env", $"MESOS_SANDBOX={Inside}", image, .. command]);
    }
}
