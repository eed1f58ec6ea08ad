using System.Globalization;
using Pipeline.TaskRunner.Processes;
using Pipeline.TaskRunner.Runtime;

namespace Pipeline.TaskRunner.Isolation;

/// <summary>
/// What the programs of a task see of their agent: the system's programs to read, <c>/tmp</c>, a home, and the task's own folder to write
/// to. Nothing else of the machine is there: no sandbox, no key, no socket, no process of anybody else. The network is shared.
/// </summary>
/// <remarks>
/// Made by bubblewrap, one for each program that is started; the folders last as long as the task. Everything that a program started ends
/// with it, wherever it fled, because its process ids are a namespace of their own (pid_namespaces(7)). Where the agent isolates, or an
/// operator has agreed that nothing does, programs see the agent as it is, with their folders at their real places.
/// </remarks>
internal sealed class TaskView : IDisposable
{
    private static readonly Dictionary<string, string> NoVariables = new()
    {
        ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin", ["LANG"] = "C.UTF-8",
    };

    private readonly Isolator isolator;
    private readonly string sandbox;
    private readonly IReadOnlyList<string> tools;
    private readonly TaskUser? user;

    /// <param name="runner">Where the task is.</param>
    /// <param name="folder">The name of the task's own folder in its sandbox: <c>workspace</c> or <c>app</c>.</param>
    /// <exception cref="InfraException">The agent has no user left for the task.</exception>
    public TaskView(RunnerEnvironment runner, string folder)
    {
        (isolator, sandbox, tools) = (runner.Isolator, runner.Sandbox, runner.ToolFolders);
        Work = Of(folder, "/" + folder);
        Home = Of("home", "/home/task");
        Temporary = Of("tmp", "/tmp");
        user = isolator == Isolator.Bubblewrap ? TaskUser.Take(runner.TaskUsers) : null;
    }

    /// <summary>The workspace of a build, or the unpacked artifact of a service.</summary>
    public TaskFolder Work { get; }

    public TaskFolder Home { get; }

    public TaskFolder Temporary { get; }

    /// <summary>
    /// Makes the folders, with what the runner unpacked into them, the task's own. Call it before the first program starts.
    /// </summary>
    public void Prepare()
    {
        string[] folders = [Work.Path, Home.Path, Temporary.Path];
        foreach (var folder in folders)
            Directory.CreateDirectory(folder, Modes.OwnerOnlyFolder);
        user?.Give(folders);
    }

    /// <summary>How to start a program in this view. No value of a variable is on its command line, which other users could read.</summary>
    /// <param name="command">The program as the task names it.</param>
    /// <param name="directory">Its working directory, as the task sees it.</param>
    /// <param name="environment">All variables of the program.</param>
    public Launch Launch(IReadOnlyList<string> command, string directory, IReadOnlyDictionary<string, string> environment)
    {
        if (user is null)
            return new Launch(command, directory, environment);
        var variables = Path.Combine(sandbox, "environment");
        Modes.Write(variables, string.Concat(environment.Select(v => $"{v.Key}={v.Value}\0")), Modes.OwnerOnlyFile);
        var view = new Bubblewrap(user);
        view.AddSystem();
        view.AddPeople(sandbox, Home.Seen);
        foreach (var folder in (TaskFolder[])[Work, Home, Temporary])
            view.AddWritable(folder);
        view.AddTools(tools);
        view.AddEntrance(variables);
        var id = user.IsOwn ? user.Id.ToString(CultureInfo.InvariantCulture) : "-";
        return new Launch(
            [.. view.Build(), Bubblewrap.Program, Entrance.Argument, id, directory, .. command], "/", NoVariables, Entrance.Sign,
            variables);
    }

    public void Dispose() => user?.Dispose();

    private TaskFolder Of(string name, string seen)
    {
        var path = Path.Combine(sandbox, name);
        return new TaskFolder(path, isolator == Isolator.Bubblewrap ? seen : path);
    }
}
