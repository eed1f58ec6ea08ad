using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.LocalMesos;
using Pipeline.LocalMesos.Http;
using Pipeline.LocalMesos.Posix;

LocalMesosOptions options;
try
{
    options = LocalMesosOptions.Parse(args);
}
catch (FormatException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}

// A session of our own and no hang-up: the cluster outlives whoever started it. (Fails when a shell already made us a leader.)
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
    builder.WebHost.ConfigureKestrel(kestrel => Listen(kestrel, [.. cluster.Agents.Select(a => a.Ports.ApiPort).Append(port).Distinct()]));
    await cluster.RemoveLeftoverContainersAsync(log, CancellationToken.None);
    await using var app = builder.Build();
    app.UseRequestDecompression();
    var files = new SandboxFiles(options);
    var agents = new AgentEndpoint(cluster.Master, files);
    var endpoints = new Endpoints(
        new SchedulerEndpoint(cluster.Master, options, app.Lifetime), new OperatorEndpoint(cluster.Master, options, app.Lifetime), agents,
        new ExecutorEndpoint(cluster.Master, app.Lifetime), new FilesEndpoint(files), new PlainEndpoint(cluster.Master, options, agents));
    var router = new Router(cluster.Master, endpoints, new AdminEndpoint(cluster.Master));
    app.Run(router.RouteAsync);
    await app.StartAsync();
    cluster.WriteReadyFile();
    log.Ready(options.Cluster, $"http://127.0.0.1:{port}", cluster.Agents.Count());
    using var companion = ExitWith(options, app.Lifetime);
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

static ITimer? ExitWith(LocalMesosOptions options, IHostApplicationLifetime life) => options.ExitWith is not { } pid
    ? null
    : TimeProvider.System.CreateTimer(
        _ =>
        {
            if (!Directory.Exists($"/proc/{pid}"))
                life.StopApplication();
        },
        null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
