using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Pipeline.TaskRunner.Tests;

/// <summary>The real program in a sandbox of its own, as an agent starts it.</summary>
internal sealed class RunnerProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly Task<string> output;
    private readonly Task<string> error;

    private RunnerProcess(Process process, string sandbox)
    {
        this.process = process;
        Sandbox = sandbox;
        output = process.StandardOutput.ReadToEndAsync();
        error = process.StandardError.ReadToEndAsync();
    }

    public string Sandbox { get; }
    public int Id => process.Id;

    public static string NewFolder() => Directory.CreateTempSubdirectory("taskrunner-test-").FullName;

    /// <summary>The BCL does not delete names that are not UTF-8.</summary>
    public static void DeleteFolder(string folder) => Process.Start("rm", ["-rf", "--", folder]).WaitForExit();

    /// <summary>On a disk of its own, which is as large as that.</summary>
    public static RunnerProcess StartOnDisk(string serverUrl, string size) =>
        Start(
            serverUrl, null, "unshare",
            "-rm", "/bin/sh", "-c", $"mount -t tmpfs -o size={size} tmpfs \"$PWD\" && cd \"$PWD\" && exec \"$0\"", Program);

    // What a shell starts with & has SIGINT ignored, and so has everything under it.
    public static RunnerProcess Start(string serverUrl, IReadOnlyDictionary<string, string>? more = null, bool inBackground = false) =>
        inBackground
            ? Start(serverUrl, more, "/bin/sh", "-c", "trap '' INT; exec \"$0\"", Program)
            : Start(serverUrl, more, Program, []);

    /// <param name="through">A program that becomes the runner, with its arguments: setpriv, to have it as another user. Its sandbox is
    /// open to all.</param>
    public static RunnerProcess StartThrough(
        string[]? through, string serverUrl, IReadOnlyDictionary<string, string>? more = null) =>
        through is null ? Start(serverUrl, more) : Start(serverUrl, more, through[0], [.. through[1..], Program]);

    private static string Program =>
        Environment.GetEnvironmentVariable("TASKRUNNER_UNDER_TEST") ?? Path.Combine(AppContext.BaseDirectory, "taskrunner");

    private static RunnerProcess Start(
        string serverUrl, IReadOnlyDictionary<string, string>? more, string program, params string[] arguments)
    {
        var sandbox = NewFolder();
        if (program == "setpriv")
            Machine.OpenToAll(sandbox);
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = sandbox, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        var path = start.Environment["PATH"];
        var root = Path.GetDirectoryName(Environment.ProcessPath);
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        start.Environment["DOTNET_ROOT"] = Environment.GetEnvironmentVariable("DOTNET_ROOT") ?? DotnetRoot(path!) ?? root;
        start.Environment["PIPELINE_SERVER"] = serverUrl;
        start.Environment["TASK_ID"] = "build.1.0.1";
        start.Environment["PIPELINE_TICKET"] = "ticket-1";
        start.Environment["PORT0"] = "31000";
        start.Environment["PORT"] = "31000";
        start.Environment["TASK_HOST"] = "agent-1";
        foreach (var (name, value) in more ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new RunnerProcess(Process.Start(start)!, sandbox);
    }

    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"The runner did not end.\n{await SaidAsync()}");
        }

        return process.ExitCode;
    }

    public async Task<string> SaidAsync() => new StringBuilder(await output).Append(await error).ToString();

    public void Signal(string name) => Process.Start("kill", [$"-{name}", process.Id.ToString(CultureInfo.InvariantCulture)]).WaitForExit();

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
        DeleteFolder(Sandbox);
    }

    private static string? DotnetRoot(string path) => path.Split(':')
        .Select(p => Path.Combine(p, "dotnet")).Where(File.Exists)
        .Select(p => Path.GetDirectoryName(new FileInfo(p).ResolveLinkTarget(true)?.FullName ?? p)).FirstOrDefault();
}
