using System.Net.Sockets;
using Pipeline.LocalMesos.Posix;
using Pipeline.LocalMesos.Programs;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Checks;

/// <summary>A single attempt of a check, made by the agent itself.</summary>
/// <param name="directory">The working directory of command checks: the task's sandbox.</param>
internal sealed class Probe(ProcessLauncher processes, string directory, IReadOnlyDictionary<string, string> environment)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero,
    })
    { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>The status; null when there was no answer in time.</summary>
    public static async Task<uint?> HttpAsync(string scheme, uint port, string path, CancellationToken ct)
    {
        try
        {
            var uri = new Uri($"{scheme}://127.0.0.1:{port}{(path.StartsWith('/') ? "" : "/")}{path}");
            using var response = await Http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, ct);
            return (uint)response.StatusCode;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            return null;
        }
    }

    /// <summary>True when a connection was accepted in time.</summary>
    public static async Task<bool> TcpAsync(int port, CancellationToken ct)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync("127.0.0.1", port, ct);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>The exit code; null when a signal ended the command or it took too long.</summary>
    public async Task<int?> CommandAsync(CommandInfo command, CancellationToken ct)
    {
        var start = new ChildStart("/bin/sh", ["sh", "-c", command.Value], environment, directory, "/dev/null", "/dev/null");
        return (await processes.RunAsync(start, ct)).ExitCode;
    }
}
