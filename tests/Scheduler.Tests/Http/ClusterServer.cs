using System.Net;
using System.Net.Sockets;
using System.Security.Claims;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Http;

/// <summary>The slice in a web host, on one cluster; its tasks run the given program in place of TaskRunner.</summary>
internal static class ClusterServer
{
    public static Task<WebApplication> StartAsync(string master, string program) => StartAsync(master, program, Permission.All);

    /// <param name="permissions">What the caller may do.</param>
    public static async Task<WebApplication> StartAsync(string master, string program, IReadOnlyList<string> permissions)
    {
        var directory = Directory.CreateTempSubdirectory("pipeline-scheduler-").FullName;
        var file = Path.Combine(directory, "taskrunner");
        await File.WriteAllTextAsync(file, program);
        var url = $"http://127.0.0.1:{FreePort()}";
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Scheduler:PublicUrl"] = url,
            ["Scheduler:TaskRunnerPath"] = file,
            ["Scheduler:ServerKeyPath"] = Path.Combine(directory, "server.key"),
            ["Clusters:test:Masters:0"] = master,
        });
        builder.WebHost.UseUrls(url);
        builder.Services.AddKernel(await TestPostgres.CreateDatabaseAsync(typeof(SchedulerModule).Assembly));
        builder.Services.AddSingleton<EventFlow>(_ => { });
        builder.Services.AddScheduler(builder.Configuration);
        builder.Services.AddAuthentication("ada").AddScheme<SignedIn, Everybody>("ada", o => o.Permissions = permissions);
        var authorization = builder.Services.AddAuthorizationBuilder();
        foreach (var permission in Permission.All)
            authorization.AddPolicy(permission, p => p.RequireClaim(CallerClaims.Permission, permission));
        var app = builder.Build();
        app.MapScheduler();
        await app.StartAsync();
        return app;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class SignedIn : AuthenticationSchemeOptions
    {
        public IReadOnlyList<string> Permissions { get; set; } = [];
    }

    /// <summary>Everybody is ada, who holds the permissions of the options.</summary>
    private sealed class Everybody(IOptionsMonitor<SignedIn> options, ILoggerFactory log, UrlEncoder encoder)
        : AuthenticationHandler<SignedIn>(options, log, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var identity = new ClaimsIdentity(
                [new Claim(ClaimTypes.Name, "ada"), .. Options.Permissions.Select(p => new Claim(CallerClaims.Permission, p))],
                    Scheme.Name);
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
        }
    }
}
