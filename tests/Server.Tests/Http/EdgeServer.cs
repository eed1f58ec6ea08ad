using System.Net.Sockets;
using System.Text;
using Hangfire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pipeline.GitWebhooks;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.People;
using Pipeline.People.Contract;
using Pipeline.People.Contract.Views;
using Pipeline.Server.Api;
using Pipeline.Server.Http;
using Pipeline.TestKit;

namespace Pipeline.Server.Tests.Http;

/// <summary>The checks of the real server, in their real order, on a real Kestrel, before people, webhooks and some pages.</summary>
public sealed class EdgeServer : IAsyncDisposable
{
    public const string Secret = "It's a Secret to Everybody";

    private readonly WebApplication app;
    private readonly string folder;

    private int reading;

    private EdgeServer(WebApplication app, string folder, LoggedErrors errors) => (this.app, this.folder, Errors) = (app, folder, errors);

    public Uri Url => new(app.Urls.First());

    /// <summary>How many bodies are being read.</summary>
    public int Reading => Volatile.Read(ref reading);

    /// <summary>What was logged as an error.</summary>
    public LoggedErrors Errors { get; }

    public IServiceProvider Services => app.Services;

    public static async Task<EdgeServer> StartAsync(Dictionary<string, string?>? settings = null)
    {
        var folder = Directory.CreateTempSubdirectory("edge-").FullName;
        var errors = new LoggedErrors();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(errors);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DataDirectory"] = folder, ["PublicUrl"] = "http://pipeline.example", ["GitWebhooks:Secrets:0"] = Secret,
        }).AddInMemoryCollection(settings);
        builder.Services.AddKernel(
            await TestPostgres.CreateDatabaseAsync(typeof(GitWebhooksModule).Assembly, typeof(PeopleModule).Assembly));
        builder.Services.AddSingleton<EventFlow>(_ => { });
        builder.Services.AddSingleton<IBackgroundJobClient>(new RecordedJobs());
        builder.Services.AddGitWebhooks(builder.Configuration);
        builder.Services.AddPipelineHttp(builder.Configuration);
        builder.Services.AddPeople(builder.Configuration);
        builder.Services.AddPipelineApi();
        var app = builder.Build();
        PipelineHost.UseChecks(app);
        app.MapGitWebhooks();
        app.MapPeople();
        foreach (var path in new[] { "/page", "/api/v1/stored" })
            app.MapGet(path, WhoAsks).RequireAuthorization(Permission.View);
        app.Map("/change", () => "changed").RequireAuthorization(Permission.Administer);
        app.MapHealthChecks("/health/live").AllowAnonymous();
        var server = new EdgeServer(app, folder, errors);
        foreach (var path in new[] { "/api/v1/open", "/runner/v1/report" })
            app.MapPost(path, server.ReadAsync).AllowAnonymous();
        await app.StartAsync();
        return server;
    }

    private async Task<string> ReadAsync(HttpRequest request)
    {
        Interlocked.Increment(ref reading);
        try
        {
            return await new StreamReader(request.Body).ReadToEndAsync();
        }
        finally
        {
            Interlocked.Decrement(ref reading);
        }
    }

    private static ContentHttpResult WhoAsks(HttpContext http) =>
        TypedResults.Content($"{http.Connection.RemoteIpAddress} {http.Request.Scheme}", "text/html");

    /// <summary>Neither cookies of its own nor redirects.</summary>
    public HttpClient Client() => new(new HttpClientHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Url };

    public async Task<string> TokenAsync(params string[] permissions)
    {
        var made = await app.Services.GetRequiredService<TokenCommands>().CreateAsync(
            Caller.System("test"), new NewToken("eleni", null, permissions, [], [], 30), CancellationToken.None);
        return ((CreateTokenOutcome.Created)made).Token.Token;
    }

    /// <summary>The cookie of a browser in which somebody signed in.</summary>
    public async Task<string> SessionAsync(params string[] permissions)
    {
        using var http = Client();
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["token"] = await TokenAsync(permissions) });
        using var answer = await http.PostAsync(new Uri("/sign-in", UriKind.Relative), form);
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    /// <summary>Sends the bytes as they are.</summary>
    /// <returns>What came back until the server closed the connection or was silent for as long as the answer may take.</returns>
    public async Task<string> SendRawAsync(byte[] request, bool closeAfter, CancellationToken ct)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(Url.Host, Url.Port, ct);
        await using var stream = client.GetStream();
        var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(request, ct);
            if (closeAfter)
                client.Client.Shutdown(SocketShutdown.Send);
            await stream.CopyToAsync(answer, ct);
        }
        catch (IOException)
        {
            // The server reset a connection that it was done with.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
