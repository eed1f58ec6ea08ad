using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Claims;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Hangfire;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.GitWebhooks.Contract;
using Pipeline.GitWebhooks.Contract.Commands;
using Pipeline.GitWebhooks.Core;
using Pipeline.GitWebhooks.Jobs;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.TestKit;

namespace Pipeline.GitWebhooks.Tests;

/// <summary>The slice on a real Kestrel and a real PostgreSQL; jobs are recorded and run by the test.</summary>
internal sealed class GitHost : IAsyncDisposable
{
    public const string Secret = "It's a Secret to Everybody";
    private readonly WebApplication app;

    private GitHost(WebApplication app, string data, RecordedJobs jobs)
    {
        (this.app, Folder, Jobs) = (app, data, jobs);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Http { get; }
    public RecordedJobs Jobs { get; }

    /// <summary>The data directory.</summary>
    public string Folder { get; }

    public IServiceProvider Services => app.Services;

    public T Get<T>() where T : notnull => app.Services.GetRequiredService<T>();

    public static async Task<GitHost> StartAsync(Dictionary<string, string?>? settings = null, Action<IServiceCollection>? replace = null)
    {
        var connectionString = await TestPostgres.CreateDatabaseAsync(typeof(GitWebhooksModule).Assembly);
        var data = Directory.CreateTempSubdirectory("pipeline-data-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DataDirectory"] = data,
            ["PublicUrl"] = "https://pipeline.example.org",
            ["GitWebhooks:Secrets:0"] = Secret,
            ["GitWebhooks:Secrets:1"] = "the next one",
            ["GitWebhooks:GitHub:ApiUrl"] = "http://127.0.0.1:1", // nobody answers: no test may speak to GitHub
        });
        builder.Configuration.AddInMemoryCollection(settings);
        var jobs = new RecordedJobs();
        builder.Services.AddKernel(connectionString);
        builder.Services.AddSingleton<EventFlow>(_ => { });
        builder.Services.AddSingleton<IBackgroundJobClient>(jobs);
        builder.Services.AddGitWebhooks(builder.Configuration);
        builder.Services.AddAuthentication("test").AddScheme<AuthenticationSchemeOptions, HeaderSignIn>("test", null);
        builder.Services.AddAuthorization(o =>
        {
            foreach (var permission in Permission.All)
                o.AddPolicy(permission, p => p.RequireClaim(CallerClaims.Permission, permission));
        });
        builder.Services.AddProblemDetails();
        replace?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapGitWebhooks();
        await app.StartAsync();
        return new GitHost(app, data, jobs);
    }

    public Task<HttpResponseMessage> DeliverAsync(
        string body, string name = "push", string? delivery = null, string? signature = null, string type = "application/json")
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/github") { Content = new ByteArrayContent(bytes) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        request.Headers.Add("X-GitHub-Event", name);
        request.Headers.Add("X-GitHub-Delivery", delivery ?? Guid.NewGuid().ToString());
        request.Headers.Add("X-Hub-Signature-256", signature ?? Signature.Of(bytes, Secret));
        return Http.SendAsync(request);
    }

    /// <summary>Delivers a push; gives the delivery's id. Its job waits for the test.</summary>
    public async Task<Guid> ReceiveAsync(string body)
    {
        var answer = await (await DeliverAsync(body)).EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();
        return answer.GetProperty("deliveryId").GetGuid();
    }

    /// <summary>Delivers a push and runs its job; gives the delivery's id.</summary>
    public async Task<Guid> PushAsync(string body)
    {
        var id = await ReceiveAsync(body);
        await ProcessAsync(id);
        return id;
    }

    public Task ProcessAsync(Guid delivery) => Get<ProcessDeliveryJob>().ExecuteAsync(delivery, CancellationToken.None);

    public async Task<Repository> RegisterAsync(GitRepo repo, long id = 7, string name = "shop")
    {
        var outcome = await Get<RepositoryCommands>().AddAsync(
            Caller.System("test"), new AddRepository(id, "acme", name, repo.Url), CancellationToken.None);
        return Assert.IsType<AddRepositoryOutcome.Added>(outcome).Repository;
    }

    public Task<JsonElement> GetJsonAsync(string path) => Http.GetFromJsonAsync<JsonElement>(path);

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Get<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var command = Get<NpgsqlDataSource>().CreateCommand(sql);
        return await command.ExecuteScalarAsync() is T value ? value : default;
    }

    public async Task<IReadOnlyList<JournalEvent>> EventsAsync() =>
        [.. (await Get<JournalReader>().AfterAsync(0, 1000, CancellationToken.None)).Select(e => e.Event)];

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Everybody may do everything, or what the header <c>permissions</c> says.</summary>
    private sealed class HeaderSignIn(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            var permissions = Request.Headers.TryGetValue("permissions", out var given) ? given.ToString().Split(' ') : Permission.All;
            var claims = permissions.Select(p => new Claim(CallerClaims.Permission, p)).Append(new Claim(ClaimTypes.Name, "nikos"));
            var principal = new ClaimsPrincipal(new ClaimsIdentity(claims, "test"));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(principal, "test")));
        }
    }
}
