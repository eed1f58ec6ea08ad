using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pipeline.Kernel;
using Pipeline.Kernel.Events;
using Pipeline.People.Contract;
using Pipeline.People.Contract.Views;
using Pipeline.TestKit;

namespace Pipeline.People.Tests;

/// <summary>The slice behind a real server with a real database, with one endpoint for each permission.</summary>
public sealed class PeopleServer : IAsyncDisposable
{
    private readonly WebApplication app;

    private PeopleServer(WebApplication app, FakeTimeProvider time)
    {
        this.app = app;
        Time = time;
        Http = Client(null);
    }

    public static DateTimeOffset Start { get; } = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Nobody in particular, without cookies, and never following a redirect.</summary>
    public HttpClient Http { get; }

    public FakeTimeProvider Time { get; }

    /// <summary>What the journal starts with each event.</summary>
    public EventFlow Flow { get; set; } = _ => { };

    public TokenCommands Tokens => app.Services.GetRequiredService<TokenCommands>();

    public SessionQueries Sessions => app.Services.GetRequiredService<SessionQueries>();

    public IServiceProvider Services => app.Services;

    public NpgsqlDataSource Db => app.Services.GetRequiredService<NpgsqlDataSource>();

    public static async Task<PeopleServer> StartAsync(
        string? connectionString = null, Dictionary<string, string?>? settings = null)
    {
        var time = new FakeTimeProvider(Start);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["DataDirectory"] = Directory.CreateTempSubdirectory("people-").FullName, ["People:ReadWithoutSignIn"] = "true",
        }).AddInMemoryCollection(settings);
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddKernel(connectionString ?? await TestPostgres.CreateDatabaseAsync(typeof(PeopleModule).Assembly));
        PeopleServer? server = null;
        builder.Services.AddSingleton<EventFlow>(e => server!.Flow(e));
        builder.Services.AddPeople(builder.Configuration);
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapPeople();
        foreach (var permission in Permission.All)
            app.MapGet($"/needs/{permission}", () => "let in").RequireAuthorization(permission);
        foreach (var path in new[] { "/api/v1/thing", "/apiary", "/hangfire/jobs", "/hangfires" })
            app.MapGet(path, () => "let in").RequireAuthorization(Permission.Operate);
        await app.StartAsync();
        return server = new PeopleServer(app, time);
    }

    /// <summary>The text of a new token.</summary>
    public async Task<CreatedToken> TokenAsync(string login, params string[] permissions)
    {
        var made = await Tokens.CreateAsync(
            Caller.System("test"), new NewToken(login, null, permissions, ["release-managers"], [$"{login}@example.org"], 30),
            CancellationToken.None);
        return ((CreateTokenOutcome.Created)made).Token;
    }

    /// <summary>A program that sends the token, or a browser's cookies when there is none.</summary>
    public HttpClient Client(string? token, System.Net.CookieContainer? cookies = null)
    {
        var handler = new HttpClientHandler { AllowAutoRedirect = false, UseCookies = cookies is not null };
        if (cookies is not null)
            handler.CookieContainer = cookies;
        var http = new HttpClient(handler) { BaseAddress = new Uri(app.Urls.First()) };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    public async Task<IReadOnlyList<string>> JournalAsync()
    {
        var entries = await app.Services.GetRequiredService<JournalReader>().AfterAsync(0, 100, CancellationToken.None);
        return [.. entries.Select(e => $"{e.Actor} {((ActionRecorded)e.Event).Action} {((ActionRecorded)e.Event).Target}")];
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.DisposeAsync();
    }
}
