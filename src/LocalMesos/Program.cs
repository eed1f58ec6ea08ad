using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.LocalMesos;
using Pipeline.LocalMesos.Http.Endpoints;
using Pipeline.LocalMesos.Http.Routing;
using Pipeline.LocalMesos.Options;
using Pipeline.LocalMesos.Posix;

if (args is ["--help"] or [])
{
    await (args.Length == 0 ? Console.Error : Console.Out).WriteAsync(Usage.Text);
    return args.Length == 0 ? 2 : 0;
}

LocalMesosOptions options;
try
{
    options = LocalMesosFlags.Parse(args);
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}

// A session of its own and no SIGHUP: the cluster outlives the terminal that started it. (Fails if a shell made this a leader already.)
_ = LibC.SetSession();
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);

var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Pipeline", LogLevel.Information);
builder.Services.AddRequestDecompression();
builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(10));
using var loggers = LoggerFactory.Create(l => l.AddSimpleConsole());
var log = loggers.CreateLogger("Pipeline.LocalMesos");
try
{
    var port = options.Port == 0 ? FreePort() : options.Port;
    using var cluster = new Cluster(options, port, TimeProvider.System, log);
    builder.Services.AddSingleton<MatcherPolicy>(new ListenerMatcherPolicy(port));
    builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, [.. cluster.Agents.Select(a => a.Ports.ApiPort).Append(port).Distinct()]));
    await cluster.RemoveOrphanContainersAsync(log, CancellationToken.None);
    await using var app = builder.Build();
    app.UseMesosRouting(cluster.Master.State);
    app.MapMesosEndpoints(cluster.Master);
    await app.StartAsync();
    cluster.WriteReadyFile();
    log.Ready(options.Cluster, $"http://127.0.0.1:{port}", cluster.Agents.Count());
    using var exitTimer = ExitWith(options, app.Lifetime);
    await app.WaitForShutdownAsync();
    log.Stopping();
    await cluster.StopTasksAsync();
    return 0;
}
catch (Exception e) when (e is IOException or FormatException)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}

static int FreePort()
{
    using var listener = new TcpListener(IPAddress.Loopback, 0);
    listener.Start();
    return ((IPEndPoint)listener.LocalEndpoint).Port;
}

static void Listen(KestrelServerOptions kestrel, int[] ports)
{
    kestrel.AddServerHeader = false;
    kestrel.Limits.MaxRequestBodySize = null;
    kestrel.Limits.MinRequestBodyDataRate = null;
    kestrel.Limits.MinResponseDataRate = null;
    foreach (var port in ports)
        kestrel.Listen(IPAddress.Loopback, port, l => l.Protocols = HttpProtocols.Http1);
}

static ITimer? ExitWith(LocalMesosOptions options, IHostApplicationLifetime lifetime) => options.ExitWith is not { } pid
    ? null
    : TimeProvider.System.CreateTimer(
        _ =>
        {
            if (!Directory.Exists($"/proc/{pid}"))
                lifetime.StopApplication();
        },
        null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
