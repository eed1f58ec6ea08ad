using System.Net;
using Pipeline.Kernel.Postgres;
using Pipeline.Mesos;
using Pipeline.Mesos.Client;
using Pipeline.Scheduler.Contract.Tasks;

namespace Pipeline.Scheduler.Sandboxes;

/// <summary>Why a sandbox or a file of it cannot be read.</summary>
internal enum SandboxFault
{
    /// <summary>The task has no place yet, or its agent has not made the sandbox yet.</summary>
    NotStarted,

    /// <summary>The agent answers and no longer has the sandbox, or the task never had one.</summary>
    Gone,
    NoSuchFile,

    /// <summary>A directory where a file is needed.</summary>
    NotAFile,

    /// <summary>The agent does not answer, or refuses to.</summary>
    AgentUnreachable,
}

internal sealed record SandboxProblem(SandboxFault Fault, string Detail);

/// <summary>Either the value or the problem.</summary>
internal readonly record struct Found<T>(T? Value, SandboxProblem? Problem);

/// <summary>Reads sandboxes from the agents that hold them. What can be expected to go wrong comes back as a problem.</summary>
internal sealed class SandboxReader(AgentClients agents)
{
    /// <summary>Sorted by name. A file has no entries.</summary>
    public Task<Found<IReadOnlyList<SandboxFile>>> ListAsync(SandboxTask task, SandboxPath path, CancellationToken ct) =>
        ReadAsync(task, path, (agent, url, full, stop) => agent.BrowseAsync(url, full, stop), ct);

    /// <summary>One file or directory, as its parent lists it.</summary>
    public async Task<Found<SandboxFile>> EntryAsync(SandboxTask task, SandboxPath path, CancellationToken ct)
    {
        var siblings = await ListAsync(task, path.Parent, ct);
        if (siblings.Problem is { } problem)
            return new Found<SandboxFile>(null, problem);
        return siblings.Value!.FirstOrDefault(f => NameOf(f) == path.Name) is { } entry
            ? new Found<SandboxFile>(entry, null)
            : new Found<SandboxFile>(null, NoSuchFile(path));
    }

    /// <summary>The whole file; the caller disposes of the stream.</summary>
    public Task<Found<Stream>> OpenAsync(SandboxTask task, SandboxPath path, CancellationToken ct) =>
        ReadAsync(task, path, (agent, url, full, stop) => agent.DownloadAsync(url, full, stop), ct);

    /// <param name="task">The task.</param>
    /// <param name="path">The path in the sandbox.</param>
    /// <param name="offset">-1 asks for the size only: it comes as the offset.</param>
    /// <param name="length">In bytes; an agent sends at most 64 KiB at once.</param>
    /// <param name="ct">Cancels the call.</param>
    public Task<Found<SandboxText>> ReadAsync(SandboxTask task, SandboxPath path, long offset, int length, CancellationToken ct) =>
        ReadAsync(task, path, (agent, url, full, stop) => agent.ReadAsync(url, full, offset, length, stop), ct);

    /// <summary>The last name of the path that the agent gave.</summary>
    public static string NameOf(SandboxFile file) => file.Path[(file.Path.LastIndexOf('/') + 1)..];

    /// <summary>An entry as API and pages show it.</summary>
    public static SandboxFileView View(SandboxPath folder, SandboxFile file)
    {
        var name = NameOf(file);
        var kind = file.IsDirectory ? "directory" : file.Mode.StartsWith('l') ? "link" : "file";
        return new SandboxFileView(
            folder == SandboxPath.Root ? name : $"{folder}/{name}", name, kind, file.Size, file.Mode, file.Modified);
    }

    private async Task<Found<T>> ReadAsync<T>(
        SandboxTask task, SandboxPath path, Func<MesosAgentClient, string, string, CancellationToken, Task<T?>> read, CancellationToken ct)
        where T : class
    {
        Transactions.RequireNone();
        if (task.AgentUrl is null || task.FrameworkId is null)
            return new Found<T>(null, NoSandbox(task));
        try
        {
            var agent = agents.Of(task.Cluster);
            if (await read(agent, task.AgentUrl, MesosAgentClient.SandboxPath(task.FrameworkId, task.Id, path.Value), ct) is { } found)
                return new Found<T>(found, null);
            var root = MesosAgentClient.SandboxPath(task.FrameworkId, task.Id);
            var hasSandbox = path != SandboxPath.Root && await agent.BrowseAsync(task.AgentUrl, root, ct) is not null;
            return new Found<T>(null, hasSandbox ? NoSuchFile(path) : NoSandbox(task));
        }
        catch (HttpRequestException e) when (e.StatusCode == HttpStatusCode.BadRequest)
        {
            return new Found<T>(null, new SandboxProblem(SandboxFault.NotAFile, $"'{path}' is a directory, not a file."));
        }
        catch (Exception e) when (IsOfTheAgent(e, ct))
        {
            return new Found<T>(null, Unreachable(task, e));
        }
    }

    public static bool IsOfTheAgent(Exception e, CancellationToken ct) =>
        e is HttpRequestException or IOException or MesosCallException or System.Text.Json.JsonException
        || (e is TaskCanceledException && !ct.IsCancellationRequested);

    private static SandboxProblem NoSuchFile(SandboxPath path) => new(SandboxFault.NoSuchFile, $"The sandbox has no '{path}'.");

    public static SandboxProblem NoSandbox(SandboxTask task) => task switch
    {
        { IsOver: true, AgentUrl: null } =>
            new(SandboxFault.Gone, $"It ended before it had a place: {task.End.Reason ?? "no reason known"}."),
        { IsOver: true } => new(SandboxFault.Gone, $"The agent {task.Host} has removed the sandbox since the task ended."),
        { AgentUrl: null } => new(SandboxFault.NotStarted, $"It waits for a place: {task.End.Reason ?? "not looked at yet"}."),
        _ => new(SandboxFault.NotStarted, $"The agent {task.Host} has not made its sandbox yet."),
    };

    public static SandboxProblem Unreachable(SandboxTask task, Exception error)
    {
        var why = error is TaskCanceledException ? "it did not answer in time" : error.Message;
        return new SandboxProblem(
            SandboxFault.AgentUnreachable,
            task.AgentLost ? $"The cluster has lost the agent {task.Host} that holds the sandbox ({why})."
                : $"The agent {task.Host} that holds the sandbox cannot be read: {why}");
    }
}
