using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Pipeline.LocalMesos.Http.Endpoints;
using Pipeline.LocalMesos.Http.Routing;
using Pipeline.LocalMesos.Options;

namespace Pipeline.LocalMesos;

/// <summary>Serves one cluster, its master and its agents, until the process is told to end.</summary>
internal static class ServeCommand
{
    private static readonly TimeSpan ShutdownTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    /// <returns>The exit code; what went wrong is on standard error.</returns>
    public static async Task<int> RunAsync(LocalMesosOptions options)
    {
        using var loggers = LoggerFactory.Create(l => l.AddSimpleConsole());
        try
        {
            await ServeAsync(options, loggers.CreateLogger("Pipeline.LocalMesos"));
            return 0;
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static async Task ServeAsync(LocalMesosOptions options, ILogger log)
    {
        var port = options.Port == 0 ? FreePort() : options.Port;
        using var cluster = new Cluster(options, port, TimeProvider.System, log);
        await cluster.RemoveOrphanContainersAsync(log, CancellationToken.None);
        await using var app = Build(cluster, port);
        await app.StartAsync();
        cluster.WriteReadyFile();
        log.Ready(options.Cluster, $"http://127.0.0.1:{port}", cluster.Agents.Count());
        using var exitTimer = ExitWith(options, app.Lifetime);
        await app.WaitForShutdownAsync();
        log.Stopping();
        await cluster.StopTasksAsync();
    }

    private static WebApplication Build(Cluster cluster, int port)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Pipeline", LogLevel.Information);
        builder.Services.AddRequestDecompression();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = ShutdownTime);
        builder.Services.AddSingleton<MatcherPolicy>(new ListenerMatcherPolicy(port));
        var claims = cluster.Agents.Select(a => a.Ports).Where(p => p.Claim is not null).ToDictionary(p => p.ApiPort, p => p.Claim!);
        builder.WebHost.UseSockets(sockets => sockets.CreateBoundListenSocket = endpoint =>
            endpoint is IPEndPoint address && claims.GetValueOrDefault(address.Port) is { } claim
                ? claim
                : SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint));
        builder.WebHost.ConfigureKestrel(
            kestrel => Listen(kestrel, [.. cluster.Agents.Select(a => a.Ports.ApiPort).Append(port).Distinct()]));
        var app = builder.Build();
        app.UseMesosRouting(cluster.Master.State);
        app.MapMesosEndpoints(cluster.Master);
        return app;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static void Listen(KestrelServerOptions kestrel, int[] ports)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        foreach (var port in ports)
            kestrel.Listen(IPAddress.Loopback, port, l => l.Protocols = HttpProtocols.Http1);
    }

    private static ITimer? ExitWith(LocalMesosOptions options, IHostApplicationLifetime lifetime) => options.ExitWith is not { } pid
        ? null
        : TimeProvider.System.CreateTimer(
            _ =>
            {
                if (!Directory.Exists($"/proc/{pid}"))
                    lifetime.StopApplication();
            },
            null, Look, Look);
}
