using System.Net.Sockets;
using Pipeline.LocalMesos.Posix;
using Pipeline.Mesos.Wire;

namespace Pipeline.LocalMesos.Agents;

/// <summary>One try of a health check, from the agent itself.</summary>
internal sealed class HealthProbe(HealthCheck check, ChildReaper children, Sandbox sandbox, IReadOnlyDictionary<string, string> environment)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false,
        PooledConnectionLifetime = TimeSpan.Zero })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public async Task<bool> PassesAsync(CancellationToken ct)
    {
        try
        {
            return check.Type switch
            {
                HealthCheck.Types.Type.Http => await HttpAsync(check.Http, ct),
                HealthCheck.Types.Type.Tcp => await TcpAsync((int)check.Tcp.Port, ct),
                HealthCheck.Types.Type.Command => await CommandAsync(check.Command, ct),
                HealthCheck.Types.Type.Unknown => true,
                _ => true,
            };
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    private static async Task<bool> HttpAsync(HealthCheck.Types.HTTPCheckInfo http, CancellationToken ct)
    {
        var path = http.HasPath ? http.Path : "/";
        var uri = new Uri($"{(http.HasScheme ? http.Scheme : "http")}://127.0.0.1:{http.Port}{(path.StartsWith('/') ? "" : "/")}{path}");
        using var response = await Http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, ct);
        var status = (uint)response.StatusCode;
        return http.Statuses.Count > 0 ? http.Statuses.Contains(status) : status is >= 200 and < 400;
    }

    private static async Task<bool> TcpAsync(int port, CancellationToken ct)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", port, ct);
        return true;
    }

    private async Task<bool> CommandAsync(CommandInfo command, CancellationToken ct)
    {
        var (pid, exit) = children.Start(new ChildStart(
            "/bin/sh", ["sh", "-c", command.Value], environment, sandbox.Path, "/dev/null", "/dev/null"));
        await using var onTimeout = ct.Register(() => LibC.KillGroup(pid, LibC.SigKill));
        return (await exit).ExitCode == 0;
    }
}
