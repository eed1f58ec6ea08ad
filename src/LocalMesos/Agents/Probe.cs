using System.Net.Sockets;
using Pipeline.LocalMesos.Posix;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>One try of a check, from the agent itself.</summary>
internal sealed class Probe(ChildReaper children, Sandbox sandbox, IReadOnlyDictionary<string, string> environment)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

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

    /// <summary>The exit code; null when it was ended by a signal or took too long.</summary>
    public async Task<int?> CommandAsync(CommandInfo command, CancellationToken ct)
    {
        var (pid, exit) = children.Start(new ChildStart(
            "/bin/sh", ["sh", "-c", command.Value], environment, sandbox.Path, "/dev/null", "/dev/null"));
        await using var onTimeout = ct.Register(() => LibC.KillGroup(pid, LibC.SigKill));
        return (await exit).ExitCode;
    }
}
