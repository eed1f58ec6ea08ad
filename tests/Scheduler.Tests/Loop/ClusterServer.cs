using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;

namespace Pipeline.Scheduler.Tests.Loop;

/// <summary>The slice in a web host, on one cluster; its tasks run the given program in place of TaskRunner.</summary>
internal static class ClusterServer
{
    public static Task<WebApplication> StartAsync(string master, string program) => StartAsync(master, program, Permission.All);

    /// <param name="permissions">What every caller may do.</param>
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
        builder.Services.AddAuthentication("anyone").AddScheme<AuthenticationSchemeOptions, Anyone>("anyone", null);
        var authorization = builder.Services.AddAuthorizationBuilder();
        foreach (var permission in Permission.All)
            authorization.AddPolicy(permission, p => p.RequireAssertion(_ => permissions.Contains(permission)));
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

    /// <summary>Signs nobody in; a refusal is a plain 403.</summary>
    private sealed class Anyone(
        Microsoft.Extensions.Options.IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log,
        System.Text.Encodings.Web.UrlEncoder encoder) : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(AuthenticateResult.NoResult());

        protected override Task HandleChallengeAsync(AuthenticationProperties properties)
        {
            Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }
    }
}
